/** Schedules over the API, and the clock that runs them, while nodes are renamed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Schedule } from "../../../../daemon/contract/jobs/schedule.ts";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
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
