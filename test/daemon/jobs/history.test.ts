/** A history of several years: no question reads all jobs or events, and old ones are removed without harm to the present. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../../daemon/config/config.ts";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import { historyUpkeep } from "../../../daemon/jobs/history.ts";
import type { Db } from "../../../daemon/store/database.ts";
import { storesOf } from "../../../daemon/store/stores.ts";
import { until } from "../../support/until.ts";
import { addNode, openWorld, type World } from "../../support/world.ts";

/** Prepares nothing itself; collects the text of every statement that the stores prepare. */
function statementsOf(db: Db): string[] {
  const texts: string[] = [];
  const spy = new Proxy(db, {
    get: (target, name) => {
      const found = Reflect.get(target, name, target);
      if (name !== "prepare") return typeof found === "function" ? found.bind(target) : found;
      return (text: string) => {
        texts.push(text);
        return target.prepare(text);
      };
    },
  });
  storesOf(spy);
  return texts;
}

test("no statement reads all jobs or all events, or sorts them", (t) => {
  const { db } = openWorld();
  t.after(() => db.close());
  const texts = statementsOf(db).filter((text) => /\b(jobs|events|job_counts)\b/.test(text));
  assert(texts.length > 30, `${texts.length} statements`);
  for (const text of texts) {
    const plan = (db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...Array(text.split("?").length - 1).fill(1)) as { detail: string }[]).map(
      ({ detail }) => detail,
    );
    const whole = plan.filter((step) => /^SCAN (jobs|events|j|e|old)\b/.test(step));
    // An index in the order of the answer is read only up to the limit.
    assert(
      whole.length === 0 || (/LIMIT/.test(text) && whole.every((step) => /USING (COVERING )?INDEX/.test(step))),
      `${text}\n${plan.join("\n")}`,
    );
  }
});

let serial = 0;
function job({ world, nodeId, at, ...more }: { world: World; nodeId: string; at: string } & Partial<Job>): Job {
  serial += 1;
  const made: Job = {
    id: `job-${serial}`,
    kind: "ansible",
    playbook: "p.yaml",
    nodeId,
    nodeName: "n",
    status: "queued",
    attempt: 1,
    requestedBy: "t",
    createdAt: at,
    ...more,
  };
  world.jobs.add({ ...made, status: more.after === undefined ? "queued" : "waiting" });
  world.jobs.save(made);
  return made;
}

const day = (n: number) => new Date(Date.UTC(2027, 0, n)).toISOString();
const counted = ({ db }: World) =>
  db.prepare("SELECT kind, status, count(*) AS count FROM jobs GROUP BY kind, status ORDER BY status").all();
const byStatus = (counts: { status: string }[]) => counts.toSorted((one, other) => (one.status < other.status ? -1 : 1));

test("the number of jobs by status is right after adding, changing and removing", (t) => {
  const world = openWorld();
  t.after(() => world.db.close());
  for (let n = 0; n < 60; n++) {
    const { id } = addNode(world);
    const status = (["succeeded", "failed", "queued", "running", "cancelled"] as const)[n % 5] ?? "queued";
    const made = job({ world, nodeId: id, at: day(n), status, ...(status === "succeeded" && { endedAt: day(n) }) });
    if (n % 7 === 0) world.jobs.save({ ...made, status: "timed-out", endedAt: day(n) });
    assert.deepEqual(byStatus(world.jobs.countsByKind()), counted(world));
  }
  world.db.prepare("DELETE FROM jobs WHERE status = 'failed'").run();
  assert.deepEqual(byStatus(world.jobs.countsByKind()), counted(world));
  assert.equal(world.jobs.counts().failed, undefined);
});

test("old jobs and events go, and what the present needs stays", async (t) => {
  const world = openWorld();
  t.after(() => world.db.close());
  const [one, other] = [addNode(world), addNode(world)];
  const ended = { status: "succeeded" as const, purpose: "look" as const };
  const setUp = job({ world, nodeId: one.id, at: day(1), status: "succeeded", endedAt: day(1) });
  const old = [2, 3, 4].map((n) => job({ world, nodeId: one.id, at: day(n), endedAt: day(n), ...ended }));
  const owed = job({ world, nodeId: one.id, at: day(5), endedAt: day(5), ...ended });
  world.jobs.setReportDue(owed.id, true);
  const first = job({ world, nodeId: one.id, at: day(6), endedAt: day(6), ...ended });
  const waiting = job({ world, nodeId: one.id, at: day(6), status: "waiting", after: first.id, purpose: "look" });
  const recent = job({ world, nodeId: one.id, at: day(99), endedAt: day(99), ...ended });
  const only = job({ world, nodeId: other.id, at: day(1), endedAt: day(1), ...ended });
  for (let n = 0; n < 700; n++) world.events.append({ source: "control", type: "test", summary: `${n}`, nodeId: one.id }, new Date(day(1)));
  world.events.append({ source: "control", type: "test", summary: "of the other", nodeId: other.id }, new Date(day(1)));
  world.events.append({ source: "control", type: "test", summary: "recent" }, new Date(day(99)));
  const last = world.events.lastSeq();

  let due = (): void => undefined;
  const errors: unknown[] = [];
  const upkeep = historyUpkeep({
    history: world.history,
    days: 30,
    log: { error: ({ err }) => errors.push(err) },
    now: () => Date.parse(day(100)),
    interval: (_, run) => {
      due = run;
      return () => undefined;
    },
  }).start();
  due();
  await until("the old events are removed", () => world.events.after(0, 2000).every(({ summary }) => !/^[0-5]\d\d$/.test(summary)));
  await upkeep.stop();
  assert.deepEqual(errors, []);

  assert.deepEqual(old.map(({ id }) => world.jobs.find(id)).filter(Boolean), []);
  for (const kept of [setUp, owed, first, waiting, recent, only])
    assert(world.jobs.find(kept.id), `${kept.id} of ${kept.createdAt} is removed`);
  assert.equal(world.jobs.lastProvisioning(one.id)?.id, setUp.id);
  assert.equal(world.events.lastSeq(), last);
  assert.equal(world.nodes.findById(one.id)?.lastEvent?.summary, "699");
  assert.equal(world.nodes.findById(other.id)?.lastEvent?.summary, "of the other");
  assert.deepEqual(byStatus(world.jobs.countsByKind()), counted(world));
  world.events.append({ source: "control", type: "test", summary: "next" });
  assert.equal(world.events.lastSeq(), last + 1, "a number of a removed event is given again");
});

test("the history is kept for ever unless the configuration says otherwise", () => {
  assert.equal(parseConfig("", "test").jobs.history_days, null);
  assert.equal(parseConfig("jobs: { history_days: 400 }", "test").jobs.history_days, 400);
  assert.throws(
    () => parseConfig("jobs: { history_days: 1 }", "test"),
    (error) => /jobs\.history_days/.test(String((error as Error).cause)),
  );
});

test("old plans go with all their parts, and plans that may still act stay", (t) => {
  const { db, history, nodes, ...world } = openWorld();
  t.after(() => db.close());
  const node = addNode({ db, history, nodes, ...world });
  const plan = (id: string, at: string, approval?: string, execution?: { status: string; endedAt?: string }) => {
    db.prepare("INSERT INTO plans VALUES (?, 'h', 'k', '{}', 'h', '{}', ?)").run(id, at);
    db.prepare("INSERT INTO plan_keys VALUES (?, ?, ?)").run(`key ${id}`, id, at);
    if (approval)
      db.prepare("INSERT INTO approvals (id, plan_id, approval, created_at) VALUES (?, ?, ?, ?)").run(
        `a ${id}`,
        id,
        JSON.stringify({ state: approval }),
        at,
      );
    if (!execution) return;
    const { status, endedAt = null } = execution;
    db.prepare(
      "INSERT INTO executions (id, plan_id, plan_hash, status, requested_by, created_at, ended_at) VALUES (?, ?, 'h', ?, 'ada', ?, ?)",
    ).run(`e ${id}`, id, status, at, endedAt);
    db.prepare("INSERT INTO execution_steps VALUES (?, 's1', '{}')").run(`e ${id}`);
    db.prepare("INSERT INTO step_acts VALUES (?, 's1', ?, NULL)").run(`e ${id}`, at);
  };
  plan("asked only", day(1));
  plan("done", day(1), "used", { status: "succeeded", endedAt: day(2) });
  plan("denied", day(1), "denied");
  plan("waiting", day(1), "pending");
  plan("approved", day(1), "approved");
  plan("at work", day(1), "used", { status: "running" });
  plan("ended late", day(1), "used", { status: "failed", endedAt: day(90) });
  plan("holding", day(1), "used", { status: "unknown", endedAt: day(2) });
  plan("recent", day(90));
  db.prepare("INSERT INTO node_holds VALUES (?, 'e holding', 1)").run(node.id);
  while (history.removePlans(day(70), 2) > 0);
  const left = db.prepare("SELECT id FROM plans ORDER BY id").pluck().all();
  assert.deepEqual(left, ["approved", "at work", "ended late", "holding", "recent", "waiting"]);
  for (const [table, count] of [
    ["plan_keys", 6],
    ["approvals", 5],
    ["executions", 3],
    ["execution_steps", 3],
    ["step_acts", 3],
  ] as const)
    assert.equal(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), count, table);
  assert.deepEqual(db.pragma("foreign_key_check"), []);
});

test("expired tokens go, and tokens that are still valid stay", (t) => {
  const world = openWorld();
  t.after(() => world.db.close());
  const node = addNode(world);
  const old = world.tokens.issue(node.id, "enrol", new Date(day(1)), day(2));
  const valid = world.tokens.issue(addNode(world).id, "enrol", new Date(day(1)), day(200));
  assert.equal(world.history.removeTokens(day(70), 10), 1);
  assert.equal(world.tokens.look(old, new Date(day(80))).kind, "unknown");
  assert.equal(world.tokens.look(valid, new Date(day(80))).kind, "fresh");
});
