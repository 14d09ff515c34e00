/** The control process reports the state of the other processes. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startTestControl } from "../../support/control.ts";

test("its status and its events know which processes run and whether the executor is reached", async (t) => {
  const { client, control, data } = await startTestControl(t);
  const asleep = await client.status();
  assert.deepEqual([asleep.executor, asleep.netboot.alive, asleep.defaultProfile], ["disconnected", false, "image"]);

  control.news({ type: "child-started", name: "netboot", pid: 4711 });
  const server = createServer((socket) => socket.write(`${JSON.stringify({ type: "hello", pid: 1, runs: [] })}\n`)).listen(
    data.executorSocket,
  );
  t.after(() => server.close());
  const [socket] = await once(server, "connection");
  const events = async () => (await client.listEvents({})).map(({ type }) => type);
  const until = async (type: string) => {
    for (let tries = 0; !(await events()).includes(type); tries++) {
      assert.ok(tries < 300, `in vain waited for ${type}`);
      await sleep(10);
    }
  };
  await until("executor.connected");
  const awake = await client.status();
  assert.deepEqual([awake.executor, awake.netboot.alive], ["connected", true]);

  socket.destroy();
  await until("executor.disconnected");
  control.news({ type: "child-exited", name: "netboot", reason: "exit code 1", restartInMs: 250 });
  assert.equal((await client.status()).netboot.alive, false);
  assert.deepEqual((await events()).slice(0, 3), ["process.started", "executor.connected", "executor.disconnected"]);
  assert.ok((await events()).includes("process.exited"));
});
