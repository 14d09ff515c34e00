/** Playbook runs over the API: refused requests and queued jobs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToExecutor } from "../../../../daemon/contract/executor-protocol.ts";
import type { Job } from "../../../../daemon/contract/jobs/job.ts";
import type { RunRequest } from "../../../../daemon/contract/jobs/run-messages.ts";
import type { Schedule } from "../../../../daemon/contract/jobs/schedule.ts";
import type { NodeState } from "../../../../daemon/contract/machines/node.ts";
import { dueStep } from "../../../../daemon/jobs/schedules/due.ts";
import { type Served, serve } from "../../../support/dhcp/served.ts";
import { queuing } from "../../../support/queuing.ts";
import { addNode } from "../../../support/world.ts";

const at = new Date().toISOString();
const ready: NodeState = { phase: "ready", since: at };
const playbooks = () => ({
  playbooks: [{ name: "look", does: "Looks.", readOnly: true, sha256: "0" }],
  refused: [{ file: "playbooks/plain.yaml", reason: "it has no header" }],
});

for (const [what, body, status, says] of [
  ["an unknown job to wait for", { playbook: "look", nodes: ["n1"], after: "n1-2020" }, 404, /no job has the id n1-2020/],
  ["a priority out of range", { playbook: "look", nodes: ["n1"], priority: 101 }, 400, /priority: /],
  ["a path", { playbook: "../playbook", nodes: ["n1"] }, 400, /playbook: is not the name of a playbook/],
  ["a file's name", { playbook: "look.yaml", nodes: ["n1"] }, 400, /playbook: /],
  ["an unknown name", { playbook: "other", nodes: ["n1"] }, 404, /there is no playbook other/],
  ["one without a header", { playbook: "plain", nodes: ["n1"] }, 404, /plain is not offered: it has no header/],
  ["no node", { playbook: "look", nodes: [] }, 400, /nodes: /],
  ["an unknown node", { playbook: "look", nodes: ["n1", "n9"] }, 404, /n9/],
  ["a pattern of Ansible's", { playbook: "look", nodes: ["n*"] }, 404, /n\*/],
  ["a node without a system", { playbook: "look", nodes: ["n1", "new"] }, 409, /new is accepted: it has no system/],
] as const)
  test(`a run is refused for ${what}, with the next step`, async (t) => {
    const served = await serve(t, {
      playbooks,
      run: (nodes, { name }, purpose, by, turn) => engine.run(nodes, { playbook: `playbooks/${name}.yaml`, purpose, ...turn }, by),
    });
    const { engine } = queuing(served.world);
    addNode(served.world, ready, "n1");
    addNode(served.world, { phase: "accepted" }, "new");
    const answer = await served.request("/api/runs", { method: "POST", key: served.key("operator"), body: JSON.stringify(body) });
    assert.equal(answer.status, status);
    const { error } = answer.body as { error: { message: string; hint: string } };
    assert.match(error.message, says);
    assert.ok(error.hint.length > 10);
  });

test("a run is one job a node, whose purpose is the header's; the nodes stay ready, and all of them or none are queued", async (t) => {
  const served: Served = await serve(t, {
    playbooks,
    run: (nodes, { name }, purpose, by, turn) => engine.run(nodes, { playbook: `playbooks/${name}.yaml`, purpose, ...turn }, by),
    preview: (node, by) => engine.preview(node, by),
  });
  const { world } = served;
  const { engine } = queuing(world);
  for (const name of ["n1", "n2", "n3"]) addNode(world, ready, name);
  addNode(world, { phase: "accepted" }, "new");
  const key = served.key("operator");
  const ask = (path: string, body: object) => served.request(path, { method: "POST", key, body: JSON.stringify(body) });

  const one = (await ask("/api/runs", { playbook: "look", nodes: ["n2", "n2"] })).body as Job[];
  assert.deepEqual(
    one.map(({ nodeName, playbook, purpose }) => [nodeName, playbook, purpose]),
    [["n2", "playbooks/look.yaml", "look"]],
  );
  const later = (await ask("/api/runs", { playbook: "look", nodes: ["n1"], after: one[0]!.id, priority: 5 })).body as Job[];
  assert.deepEqual([later[0]?.status, later[0]?.after, later[0]?.priority], ["waiting", one[0]!.id, 5]);
  const active = async (query: string) =>
    ((await served.request(`/api/jobs?active=true${query}`, { key })).body as Job[]).map(({ id }) => id).sort();
  assert.deepEqual(await active(""), [one[0]!.id, later[0]!.id].sort());
  world.jobs.save({ ...world.jobs.find(later[0]!.id)!, status: "cancelled" });
  assert.deepEqual(await active(""), [one[0]!.id]);
  assert.deepEqual([await active("&node=n1"), await active("&node=n2"), await active("&limit=1")], [[], [one[0]!.id], [one[0]!.id]]);
  const busy = await ask("/api/runs", { playbook: "look", nodes: "all", check: true });
  assert.equal(busy.status, 409);
  assert.equal(world.jobs.recent(10).length, 2);
  const preview = (await ask("/api/nodes/n1/reprovision", { check: true })).body as Job;
  assert.deepEqual([preview.purpose, preview.playbook], ["preview", "playbook.yaml"]);
  assert.deepEqual(
    world.nodes.list().map(({ state }) => state.phase),
    ["ready", "ready", "ready", "accepted"],
  );
  assert.equal((await served.request("/api/provisioning/status/n1", { key })).status, 404);
});

test("the options of a run are in its jobs and in the audit, and jobs with other options do not share a run", async (t) => {
  const sent: RunRequest[] = [];
  const served: Served = await serve(t, {
    playbooks,
    run: (nodes, { name }, purpose, by, order) => engine.run(nodes, { playbook: `playbooks/${name}.yaml`, purpose, ...order }, by),
  });
  const send = (message: ToExecutor) => message.type === "run" && sent.push(message) > 0;
  const { engine } = queuing(served.world, {
    executor: { connected: true, send },
    limits: { runs: 9, waveSize: 5, gatherMs: 0, quietMs: 0 },
  });
  for (const name of ["n1", "n2"]) addNode(served.world, ready, name);
  const key = served.key("operator");
  const ask = (body: object) => served.request("/api/runs", { method: "POST", key, body: JSON.stringify({ playbook: "look", ...body }) });
  const options = { tags: ["app"], skip_tags: ["db"], variables: { count: 3, text: "{{ x }}" } };
  const [job] = (await ask({ nodes: ["n1"], ...options })).body as Job[];
  assert.deepEqual(job?.options, options);
  assert.deepEqual(sent[0]?.options, options);

  const words = ', tags app, without the tags db, variables {"count":3,"text":"{{ x }}"}';
  const plan = served.lab.records("proposal").at(0);
  assert.equal(plan?.summary, `playbook_run (look${words}) on n1`);
  assert.ok(served.world.events.after(0, 50).some(({ summary }) => summary.endsWith(`look.yaml${words} queued by operator-1`)));
  const [plain] = (await ask({ nodes: ["n2"], variables: {} })).body as Job[];
  assert.equal(plain?.options, undefined);
});

for (const [field, body] of [
  ["tags", { tags: ["--limit=all"] }],
  ["tags", { tags: [] }],
  ["skip_tags", { skip_tags: ["a,b"] }],
  ["variables", { variables: { ansible_connection: "local" } }],
  ["variables", { variables: { x: null } }],
  ["variables", { variables: ["x"] }],
] as const)
  test(`${JSON.stringify(body)} is refused, and the error names ${field}`, async (t) => {
    const served = await serve(t, { playbooks });
    addNode(served.world, ready, "n1");
    const all = JSON.stringify({ playbook: "look", nodes: ["n1"], ...body });
    const answer = await served.request("/api/runs", { method: "POST", key: served.key("operator"), body: all });
    assert.equal(answer.status, 400);
    assert.match((answer.body as { error: { message: string } }).error.message, new RegExp(`^${field}`));
  });

test("a group becomes the jobs of its nodes that are ready, and an unknown group is named with those that exist", async (t) => {
  const groups: Record<string, string[]> = { n1: ["web", "eu"], n2: ["web"], n3: ["db"], new: ["web", "fresh"] };
  const { world, request, key } = await serve(t, {
    playbooks,
    nodeGroups: () => (node) => groups[node.name] ?? [],
    run: (nodes, { name }, purpose, by, order) => engine.run(nodes, { playbook: `playbooks/${name}.yaml`, purpose, ...order }, by),
  });
  const { engine } = queuing(world);
  for (const name of ["n1", "n2", "n3"]) addNode(world, ready, name);
  addNode(world, { phase: "accepted" }, "new");
  const operator = key("operator");
  const ask = (nodes: string[]) =>
    request("/api/runs", { method: "POST", key: operator, body: JSON.stringify({ playbook: "look", nodes }) });
  const message = async (nodes: string[]) => ((await ask(nodes)).body as { error: { message: string } }).error.message;
  assert.equal(await message(["group:wbe"]), "nodes: there is no group wbe with a node in it; known: db, eu, fresh, web");
  assert.equal(await message(["group:fresh"]), "nodes: no node of the group fresh is ready");
  for (const evil of ["group:", "group:@/etc/passwd", "group:web:!n1"]) assert.match(await message([evil]), /there is no group/);
  const jobs = (await ask(["group:web", "n1", "n3"])).body as Job[];
  assert.deepEqual(
    jobs.map(({ nodeName }) => nodeName),
    ["n1", "n2", "n3"],
  );
});

test("a playbook that adds hosts never becomes a job or a schedule, which are limited to their nodes", async (t) => {
  const adding = { name: "vm", does: "Makes a machine.", readOnly: false, sha256: "0", addsHosts: ["localhost", "target"] };
  const { world, request, key } = await serve(t, { playbooks: () => ({ playbooks: [adding], refused: [] }) });
  addNode(world, ready, "n1");
  const operator = key("operator");
  for (const [path, body] of [
    ["/api/runs", { playbook: "vm", nodes: ["n1"] }],
    ["/api/runs", { playbook: "vm", nodes: ["n1"], check: true }],
    ["/api/schedules", { name: "s", playbook: "vm", nodes: ["n1"], cron: "@daily" }],
  ] as const) {
    const { status, body: answer } = await request(path, { method: "POST", key: operator, body: JSON.stringify(body) });
    assert.equal(status, 400);
    assert.equal(
      (answer as { error: { message: string } }).error.message,
      "playbook: vm adds hosts itself, so it runs only as an approved plan",
    );
  }
  const rule = { windows: [], timeZone: "UTC" };
  const schedule = { name: "s", approval: { by: "ada", at, sha256: "0" } } as Schedule;
  assert.equal(dueStep(schedule, adding, rule, new Date()).kind, "skip", "a playbook that began to add hosts after its approval");
});
