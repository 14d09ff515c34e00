/** Events about the daemon's own processes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProcessNews } from "../../../daemon/admin/process-news.ts";
import { openWorld } from "../../support/world.ts";

test("starts and ends of processes become events, and running processes are known", () => {
  const { events } = openWorld();
  const processes = new ProcessNews(events);
  assert.equal(processes.alive("netboot"), false);
  processes.take({ type: "child-started", name: "netboot", pid: 100 });
  assert.equal(processes.alive("netboot"), true);
  processes.take({ type: "child-exited", name: "netboot", reason: "killed by SIGKILL", restartInMs: 250 });
  assert.equal(processes.alive("netboot"), false);
  processes.take({ type: "child-started", name: "netboot", pid: 101 });
  assert.deepEqual(
    events.after(0, 10).map(({ type, source, detail }) => ({ type, source, detail })),
    [
      { type: "process.started", source: "supervisor", detail: { process: "netboot", pid: 100 } },
      { type: "process.exited", source: "supervisor", detail: { process: "netboot" } },
      { type: "process.started", source: "supervisor", detail: { process: "netboot", pid: 101 } },
    ],
  );
});

test("a new control process does not record the start of processes that already run", () => {
  const { events } = openWorld();
  new ProcessNews(events).take({ type: "child-started", name: "netboot", pid: 100 });
  const next = new ProcessNews(events);
  next.take({ type: "child-started", name: "netboot", pid: 100 });
  next.take({ type: "child-started", name: "executor", pid: 102 });
  assert.equal(next.alive("netboot"), true);
  assert.deepEqual(
    events.after(0, 10).map(({ summary }) => summary),
    ["netboot started (process 100)", "executor started (process 102)"],
  );
});
