/** Control's connection to the executor, over a real unix socket. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { endByUnit } from "../../../daemon/executor-link/end-hung.ts";
import { ExecutorLink } from "../../../daemon/executor-link/link.ts";
import { createLog } from "../../../daemon/log/log.ts";
import { until } from "../../support/until.ts";

test("listeners are notified when the executor connects or disconnects, even if one throws, and not at our own stop", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-link-"));
  const path = join(folder, "executor.sock");
  const sockets: Socket[] = [];
  const figures = { runs: 1, steps: 2, sshConnections: 3, refusedWarrants: 4 };
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.write(`${JSON.stringify({ type: "hello", pid: 1, runs: [], figures })}\n`);
  }).listen(path);
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
    rmSync(folder, { recursive: true });
  });
  await once(server, "listening");

  const told: string[] = [];
  const link = new ExecutorLink(path, createLog("test", "silent"));
  link.onState((state) => {
    told.push(state);
    if (told.length === 1) throw new Error("the disk is full");
  });
  const also: string[] = [];
  link.onState((state) => also.push(state));
  link.start();
  await until("it is connected", () => link.connected);
  assert.deepEqual(told, ["connected"]);
  assert.deepEqual(link.figures, figures);
  sockets[0]?.destroy();
  await until("it is connected again", () => told.length === 3);
  assert.deepEqual(told, ["connected", "disconnected", "connected"]);
  assert.deepEqual(also, told, "the failure of one listener keeps nothing from another");
  link.close();
  await sleep(50);
  assert.equal(link.connected, false);
  assert.equal(link.figures, undefined);
  assert.equal(told.length, 3);
});

test("a listener hears the types it subscribed to, until it unsubscribes", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-link-"));
  const path = join(folder, "executor.sock");
  const sockets: Socket[] = [];
  const say = (...messages: object[]) => sockets[0]?.write(messages.map((each) => `${JSON.stringify(each)}\n`).join(""));
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    say({ type: "hello", pid: 1, runs: [] });
  }).listen(path);
  const link = new ExecutorLink(path, createLog("test", "silent"));
  t.after(() => {
    link.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    rmSync(folder, { recursive: true });
  });
  await once(server, "listening");

  const heard: string[] = [];
  link.on(["refused"], () => {
    heard.push("failing");
    throw new Error("the disk is full");
  });
  const unsubscribe = link.on(["refused", "hello"], (message) => heard.push(message.type === "hello" ? "hello" : message.reason));
  let alive = 0;
  link.on(["alive"], () => (alive += 1));
  const refused = (reason: string) => ({ type: "refused", jobId: "job", attempt: 1, reason });
  link.start();
  await until("it is connected", () => link.connected);
  say(refused("one"), { type: "alive", runs: [] });
  await until("the first messages are read", () => alive === 1);
  assert.deepEqual(heard, ["hello", "failing", "one"]);
  unsubscribe();
  say(refused("two"), { type: "alive", runs: [] });
  await until("the next messages are read", () => alive === 2);
  assert.deepEqual(heard, ["hello", "failing", "one", "failing"]);
});

const SPEAKING = `
  require("node:net").createServer((socket) => {
    socket.write(JSON.stringify({ type: "hello", pid: process.pid, runs: [] }) + "\\n");
    setInterval(() => socket.write(JSON.stringify({ type: "alive", runs: [] }) + "\\n"), 100);
  }).listen(process.argv[1], () => console.log("listens"));
`;

test("an executor that hangs is killed, one that speaks is not", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-link-"));
  const path = join(folder, "executor.sock");
  const executor = spawn(process.execPath, ["-e", SPEAKING, path], { stdio: ["ignore", "pipe", "inherit"] });
  const link = new ExecutorLink(path, createLog("test", "silent"), 1500);
  let spoke = 0;
  link.on(["alive"], () => (spoke += 1));
  t.after(() => {
    link.close();
    executor.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });
  await once(executor.stdout, "data");
  link.start();
  await until("it has spoken for longer than a silence may last", () => spoke > 20);
  assert.deepEqual([executor.exitCode, executor.signalCode, link.connected], [null, null, true]);
  const ended = once(executor, "exit");
  executor.kill("SIGSTOP");
  const [, signal] = (await ended) as [number | null, string];
  assert.equal(signal, "SIGKILL");
});

test("an executor of another user is killed through the socket of systemd, and without the socket by a signal", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-hangs-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "executor-hangs.sock");
  const executor = spawn("sleep", ["60"]);
  t.after(() => executor.kill("SIGKILL"));
  const end = endByUnit(path);
  let asked = 0;
  const server = createServer((socket) => {
    asked += 1;
    socket.end();
  }).listen(path);
  await once(server, "listening");
  await end(executor.pid ?? 0);
  assert.deepEqual([asked, executor.signalCode], [1, null]);
  server.close();
  await once(server, "close");
  const ended = once(executor, "exit");
  await end(executor.pid ?? 0);
  assert.deepEqual(await ended, [null, "SIGKILL"]);
  await assert.rejects(end(2 ** 30), { code: "ESRCH" });
});

test("a hang is reported if nothing can kill the executor", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-hangs-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "sock"), "");
  await assert.rejects(endByUnit(join(folder, "sock"))(1), { code: "ECONNREFUSED" });
});
