/** The timer that ends overdue phases, with the real stores and the real TODO.md. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createLog } from "../../../daemon/log/log.ts";
import { neverBegun, TodoFile } from "../../../daemon/machines/inventory/todo.ts";
import { Deadlines } from "../../../daemon/machines/overdue.ts";
import { queuing } from "../../support/queuing.ts";
import { addNode, openWorld } from "../../support/world.ts";

const called = { phase: "called-home", at: "2026-01-01T00:00:00.000Z", deadline: "2026-01-01T00:10:00.000Z" } as const;
const overdue = new Date("2026-01-01T00:10:01.000Z");

function bench(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "muster-deadlines-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "TODO.md");
  const world = openWorld();
  const todo = new TodoFile(path);
  const deadlines = () => new Deadlines(world.registry, world.nodes, createLog("test", "silent"), (node) => todo.add(neverBegun(node)));
  return { world, todo, deadlines, path, text: () => readFileSync(path, "utf8") };
}

const after = (seconds: number) => new Date(overdue.getTime() + seconds * 1000);

test("a node that called home and was given no job in time is in TODO.md once, also after a restart, and ticked when it is ready", async (t) => {
  const { world, todo, deadlines, text } = bench(t);
  const { id } = addNode(world, called, "n1");
  const clock = deadlines();
  for (const seconds of [0, 1, 2]) await clock.look(after(seconds));
  await deadlines().look(after(3));
  assert.equal(world.nodes.findById(id)?.state.phase, "configure-failed");
  assert.equal(text().match(/^## Provisioning Failed for `n1`$/gm)?.length, 1);
  assert.match(text(), /- \[ \] Done[\s\S]*What happened:\*\* no job was started by 2026[\s\S]*What to do:.*muster reprovision n1/);
  await todo.solved(queuing(world).engine.provision(world.nodes.findById(id)!, "test"), (job) => world.jobs.find(job));
  assert.match(text(), /- \[x\] Done/);
});

test("it is reported once TODO.md can be written", async (t) => {
  const { world, deadlines, path, text } = bench(t);
  addNode(world, called, "n1");
  mkdirSync(path);
  const clock = deadlines();
  for (const seconds of [0, 1]) await clock.look(after(seconds));
  rmdirSync(path);
  await clock.look(after(60));
  assert.match(text(), /Provisioning Failed for `n1`/);
});

test("a node whose job failed is reported by that job alone", async (t) => {
  const { world, deadlines, text } = bench(t);
  addNode(world, { phase: "configure-failed", reason: "it broke", at: called.at, jobId: "n1-1" }, "n1");
  await deadlines().look(overdue);
  assert.throws(text, { code: "ENOENT" });
});

test("a failed write does not stop the timer, and the next turn writes", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { world, deadlines } = bench(t);
  const { id } = addNode(world, called, "n1");
  const phase = () => world.nodes.findById(id)?.state.phase;
  const second = async () => {
    t.mock.timers.tick(1000);
    await new Promise(setImmediate);
  };
  world.db.pragma("query_only = 1");
  const clock = deadlines().start();
  await second();
  assert.equal(phase(), "called-home");
  world.db.pragma("query_only = 0");
  await second();
  assert.equal(phase(), "configure-failed");
  await clock.stop();
});
