/** Schedules over the API, and the clock that runs them, while nodes are renamed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Schedule } from "../../../../daemon/contract/jobs/schedule.ts";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { ScheduleClock } from "../../../../daemon/jobs/schedules/clock.ts";
import { createLog } from "../../../../daemon/log/log.ts";
import { serve } from "../../../support/dhcp/served.ts";
import { queuing } from "../../../support/queuing.ts";
import { addNode } from "../../../support/world.ts";

const ready = { phase: "ready", since: "2026-01-01T00:00:00.000Z" } as const;
const playbooks = () => ({ playbooks: [{ name: "update", does: "Updates.", readOnly: false, sha256: "0" }], refused: [] });

test("a schedule is for the machines that were listed: one that is renamed stays in it, another that takes its name does not come in", async (t) => {
  const { world, request, key } = await serve(t, { playbooks });
  const { engine } = queuing(world);
  const post = (path: string, role: "operator" | "admin", body: object = {}) =>
    request(path, { method: "POST", key: key(role), body: JSON.stringify(body) });
  const listed = async () => {
    const { body } = await request("/api/schedules", { key: key("viewer") });
    return (body as { schedules: Schedule[] }).schedules.map(({ nodes }) => nodes);
  };
  const rename = ({ id }: Node, name: string) =>
    world.registry.update(id, (was) => ({ node: { ...was, name }, event: { source: "control", type: "node.renamed", summary: name } }));

  const web = addNode(world, ready, "web");
  addNode(world, ready, "db");
  const added = await post("/api/schedules", "operator", { name: "s", playbook: "update", nodes: ["web", "web", "db"], cron: "0 3 * * *" });
  assert.equal(added.status, 201);
  assert.deepEqual(await listed(), [["web", "db"]]);
  rename(web, "old-web");
  const other = addNode(world, ready, "web");
  assert.deepEqual(await listed(), [["old-web", "db"]]);
  const approved = await post("/api/schedules/s/approve", "admin");
  assert.deepEqual((approved.body as Schedule).nodes, ["old-web", "db"], "the approver sees the current names of the machines");

  new ScheduleClock({
    ...world,
    log: createLog("test", "silent"),
    maintenance: { windows: [], timeZone: "UTC" },
    playbooks,
    nodeGroups: () => () => [],
    nodeBindings: () => () => "the same",
    run: (nodes, { name }, purpose) => engine.run(nodes, { playbook: `playbooks/${name}.yaml`, purpose }, "schedule s"),
  }).look(new Date(Date.now() + 86_400_000));
  assert.deepEqual(
    world.jobs
      .recent(10)
      .map(({ nodeName }) => nodeName)
      .sort(),
    ["db", "old-web"],
  );
  assert.deepEqual(world.jobs.ofNode(other.id, 1), []);
  assert.equal(world.schedules.find("s").last?.outcome, "2 jobs queued");
});

test("an approval is for the nodes and the values of its moment, and the answer has their number, not their digests", async (t) => {
  const groups: Record<string, string[]> = { web: ["front"], db: ["back"] };
  let reading = 0;
  const { world, request, key } = await serve(t, {
    playbooks,
    nodeGroups: () => (node) => groups[node.name] ?? [],
    nodeBindings: () => {
      reading += 1;
      return (node) => `${node.name} ${reading}`;
    },
    checkOptions: (_, options) => {
      if (options?.tags?.includes("wrong")) throw new MusterError("PARAMETER_INVALID", "tags: the playbook update has no tag wrong");
    },
  });
  const [web, db] = [addNode(world, ready, "web"), addNode(world, { phase: "accepted" }, "db")];
  const admin = key("admin");
  const post = async (path: string, body: object = {}) => request(path, { method: "POST", key: admin, body: JSON.stringify(body) });
  const add = (name: string, body: object) => post("/api/schedules", { name, playbook: "update", cron: "@daily", ...body });
  const message = async (body: object) => ((await add("x", body)).body as { error: { message: string } }).error.message;
  assert.equal(await message({ nodes: ["group:nothing"] }), "nodes: there is no group nothing with a node in it; known: back, front");
  assert.equal(await message({ nodes: "all", tags: ["wrong"] }), "tags: the playbook update has no tag wrong");
  assert.match(await message({ nodes: "all", variables: { ansible_user: "x" } }), /^variables/);

  const options = { tags: ["a"], variables: { count: 1 } };
  const added = (await add("s", { nodes: ["group:front", "db"], ...options })).body as Schedule;
  assert.deepEqual([added.nodes, added.nodeIds, added.options], [["group:front", "db"], ["group:front", db.id], options]);
  const approved = (await post("/api/schedules/s/approve")).body as Schedule;
  assert.equal(approved.approval?.nodes, 2);
  assert.equal(approved.approval?.bindings, undefined);
  assert.deepEqual(world.schedules.find("s").approval?.bindings, { [web.id]: "web 1", [db.id]: "db 1" });
  const list = await request("/api/schedules", { key: key("viewer") });
  assert.doesNotMatch(list.text, /bindings/);
});
