/** Schedules with the real clock, stores and engine. No executor takes the jobs, so they stay queued. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Playbook } from "../../../../daemon/contract/jobs/playbook.ts";
import type { Schedule } from "../../../../daemon/contract/jobs/schedule.ts";
import { ScheduleClock } from "../../../../daemon/jobs/schedules/clock.ts";
import type { MaintenanceRule } from "../../../../daemon/jobs/schedules/maintenance.ts";
import { createLog } from "../../../../daemon/log/log.ts";
import { type Engineless, queuing } from "../../../support/queuing.ts";
import { addNode } from "../../../support/world.ts";

const always: MaintenanceRule = { windows: [], timeZone: "UTC" };
const sundays: MaintenanceRule = { windows: [{ days: ["sun"], from: "02:00", to: "05:00" }], timeZone: "UTC" };
const look: Playbook = { name: "look", does: "Looks.", readOnly: true, sha256: "1" };
const update: Playbook = { name: "update", does: "Updates.", readOnly: false, sha256: "2" };
const ready = { phase: "ready", since: "2026-01-01T00:00:00.000Z" } as const;
const approval = { by: "admin", at: "2026-01-01T00:00:00.000Z", sha256: "2" };
/** A Wednesday. */
const due = new Date("2026-01-07T03:00:01Z");

function bench(maintenance: MaintenanceRule, { approval: given, ...schedule }: Partial<Schedule>, offered = [look, update]) {
  const { world, engine }: Engineless = queuing();
  const nodes = [addNode(world, ready, "n1"), addNode(world, { phase: "accepted" }, "new")];
  const bindings = Object.fromEntries(nodes.map(({ id }) => [id, "the same"]));
  const now: { groups: Record<string, string[]>; bindings: Record<string, string> } = { groups: {}, bindings: {} };
  world.schedules.add({
    name: "s",
    playbook: "update",
    nodes: "all",
    cron: "0 3 * * *",
    createdBy: "test",
    createdAt: "2026-01-06T12:00:00.000Z",
    next: "2026-01-07T03:00:00.000Z",
    ...schedule,
    ...(given && { approval: { bindings, ...given } }),
  });
  const clock = new ScheduleClock({
    ...world,
    log: createLog("test", "silent"),
    maintenance,
    playbooks: () => ({ playbooks: offered, refused: [] }),
    nodeGroups: () => (node) => now.groups[node.name] ?? [],
    nodeBindings: () => (node) => now.bindings[node.name] ?? "the same",
    run: (nodes, { name }, purpose, schedule) =>
      engine.run(nodes, { playbook: `playbooks/${name}.yaml`, purpose }, `schedule ${schedule.name}`),
  });
  return {
    look: (at: Date | string) => clock.look(new Date(at)),
    now: () => world.schedules.find("s"),
    jobs: () => world.jobs.recent(100).map(({ nodeName, playbook, requestedBy }) => `${nodeName} ${playbook} ${requestedBy}`),
    events: () =>
      world.events
        .after(0, 100)
        .filter(({ type }) => type.startsWith("schedule."))
        .map(({ type }) => type),
    world,
    inventory: now,
  };
}

test("nothing happens before its time", () => {
  const { look, jobs, now } = bench(always, { approval });
  look("2026-01-07T02:59:59Z");
  assert.deepEqual(jobs(), []);
  assert.equal(now().last, undefined);
});

test("at its time it runs on every ready node, once, and knows its next time", () => {
  const { look, jobs, now, events } = bench(always, { approval });
  look(due);
  look(new Date(due.getTime() + 2000));
  assert.deepEqual(jobs(), ["n1 playbooks/update.yaml schedule s"]);
  assert.equal(now().next, "2026-01-08T03:00:00.000Z");
  assert.equal(now().last?.outcome, "1 jobs queued");
  assert.deepEqual(events(), ["schedule.ran"]);
});

test("times that were missed while Muster was off are made up for once", () => {
  const { look, jobs, now } = bench(always, { approval });
  look("2026-01-20T12:00:00Z");
  assert.equal(jobs().length, 1);
  assert.equal(now().next, "2026-01-21T03:00:00.000Z");
});

test("what changes nodes does not run without an approval, or with one for an older playbook, and says how to approve it", () => {
  for (const [given, reason] of [
    [undefined, /has not been approved: muster schedule approve s/],
    [{ ...approval, sha256: "older" }, /was changed after admin approved it/],
  ] as const) {
    const { look, jobs, now, events } = bench(always, given ? { approval: given } : {});
    look(due);
    assert.deepEqual(jobs(), []);
    assert.match(now().last?.outcome ?? "", reason);
    assert.deepEqual(events(), ["schedule.skipped"]);
  }
});

test("what only looks needs neither an approval nor a window", () => {
  const { look: turn, jobs } = bench(sundays, { playbook: "look" });
  turn(due);
  assert.deepEqual(jobs(), ["n1 playbooks/look.yaml schedule s"]);
});

test("outside its window a changing run waits and says so, once; it runs when the window opens, once", () => {
  const { look, jobs, now, events } = bench(sundays, { approval });
  look(due);
  for (let hours = 1; hours < 80; hours++) look(new Date(due.getTime() + hours * 3_600_000));
  assert.deepEqual(jobs(), []);
  assert.match(now().last?.outcome ?? "", /waits for a maintenance window, which opens at 2026-01-11T02:00:00/);
  assert.equal(now().dueSince, due.toISOString());
  look("2026-01-11T02:00:02Z");
  look("2026-01-11T02:00:04Z");
  assert.equal(jobs().length, 1);
  assert.equal(now().dueSince, undefined);
  assert.deepEqual(events(), ["schedule.waits", "schedule.ran"]);
});

test("a node that is busy, gone or without a system is left out, and named", () => {
  const { look, jobs, now, world } = bench(always, { approval, nodes: ["n1", "n2", "new", "gone"] });
  const busy = addNode(world, ready, "n2");
  world.jobs.add({
    id: "j",
    kind: "ansible",
    playbook: "p.yaml",
    nodeId: busy.id,
    nodeName: "n2",
    status: "queued",
    attempt: 1,
    requestedBy: "t",
    createdAt: "2026-01-01T00:00:00.000Z",
  });
  look(due);
  assert.equal(jobs().filter((job) => job.includes("schedule s")).length, 1);
  assert.match(now().last?.outcome ?? "", /1 jobs queued; without 3: n2 has another job; new is accepted.*; there is no node gone/);
});

test("a playbook that is not there any more is told, and the schedule stays", () => {
  const { look, now } = bench(always, { approval }, []);
  look(due);
  assert.match(now().last?.outcome ?? "", /playbook update no longer exists/);
  assert.equal(now().next, "2026-01-08T03:00:00.000Z");
});

test("after the clock was set back a schedule runs at its next time by the right clock, not by the wrong one", () => {
  for (const next of ["2026-01-08T03:00:00.000Z", "2027-01-07T03:00:00.000Z", "2036-01-07T03:00:00.000Z"]) {
    const { look, now } = bench(always, { approval, cron: "*/5 * * * *", next });
    look("2026-01-07T12:01:00Z"); // the first look after a restart
    assert.equal(now().next, "2026-01-07T12:05:00.000Z");
  }
});

test("a schedule that fell due by a wrong clock is due again by the right one, without a restart", () => {
  const { look, now, jobs } = bench(always, { approval, cron: "*/5 * * * *" });
  look("2026-01-08T03:01:00Z");
  assert.equal(jobs().length, 1);
  assert.equal(now().next, "2026-01-08T03:05:00.000Z");
  look("2026-01-07T03:01:02Z");
  assert.equal(now().next, "2026-01-07T03:05:00.000Z");
  assert.equal(jobs().length, 1, "setting the clock back starts nothing");
});

test("a next time that is right is not changed by a look", () => {
  const { look, now } = bench(always, { approval, next: "2026-01-08T03:00:00.000Z" });
  look("2026-01-07T12:00:00Z");
  look("2026-01-07T11:59:59Z");
  assert.equal(now().next, "2026-01-08T03:00:00.000Z");
});

test("a node whose scope or values changed after the approval is left out, and so is a node that came later", () => {
  const { look: turn, jobs, now, world, inventory } = bench(always, { approval });
  addNode(world, ready, "late");
  turn(due);
  assert.deepEqual(jobs(), ["n1 playbooks/update.yaml schedule s"]);
  assert.match(
    now().last?.outcome ?? "",
    /1 jobs queued; without 1: late was not a node of the schedule when admin approved it: muster schedule approve s/,
  );
  inventory.bindings.n1 = "another";
  world.jobs.save({ ...world.jobs.recent(1)[0]!, status: "succeeded" });
  turn("2026-01-08T03:00:01Z");
  assert.equal(jobs().length, 1);
  assert.match(
    now().last?.outcome ?? "",
    /no node could take it; without 2: n1 had another scope or other values in the inventory when admin/,
  );
});

test("an approval of an older release, which names no nodes, does not count", () => {
  const { look: turn, jobs, now, world } = bench(always, {});
  world.schedules.save({ ...now(), approval });
  turn(due);
  assert.deepEqual(jobs(), []);
  assert.match(now().last?.outcome ?? "", /approval of admin is of an older release and names no nodes: muster schedule approve s/);
});

test("a read-only playbook needs no approval, but a variable that it does not declare needs one", () => {
  const options = { variables: { path: "/" } };
  const free = bench(always, { playbook: "look", options: { tags: ["a"] } });
  free.inventory.bindings.n1 = "another";
  free.look(due);
  assert.equal(free.jobs().length, 1);
  const bound = bench(always, { playbook: "look", options });
  bound.look(due);
  assert.deepEqual(bound.jobs(), []);
  assert.match(bound.now().last?.outcome ?? "", /has not been approved/);
  const declared = { ...look, variables: { path: { type: "string" as const, required: false } } };
  const typed = bench(always, { playbook: "look", options }, [declared]);
  typed.look(due);
  assert.equal(typed.jobs().length, 1);
});

test("a group is the nodes that are in it now, and only those that are approved run", () => {
  const {
    look: turn,
    jobs,
    now,
    world,
    inventory,
  } = bench(always, { approval, nodes: ["group:web", "group:gone"], nodeIds: ["group:web", "group:gone"] });
  addNode(world, ready, "n2");
  inventory.groups = { n1: ["web"], n2: ["web"], new: ["web"] };
  turn(due);
  assert.deepEqual(jobs(), ["n1 playbooks/update.yaml schedule s"]);
  const outcome = now().last?.outcome ?? "";
  for (const left of [/new is accepted/, /n2 was not a node of the schedule/, /there is no node in the group gone/])
    assert.match(outcome, left);
});
