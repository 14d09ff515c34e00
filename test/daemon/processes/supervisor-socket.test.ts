/** Control's socket for processes that systemd starts: their log and their lives, and the limits of what they can send. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { dataDir } from "../../../daemon/data-dir.ts";
import { SupervisorLine } from "../../../daemon/processes/supervisor/control-line.ts";
import { openControlSocket } from "../../../daemon/processes/supervisor/control-socket.ts";
import { unitWire } from "../../../daemon/processes/supervisor/unit-wire.ts";
import { until } from "../../support/until.ts";

async function opened(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "muster-socket-"));
  const path = join(folder, "control.sock");
  const heard: string[] = [];
  const hearer = {
    line: (line: string) => void heard.push(line),
    started: (name: string, pid: number) => void heard.push(`${name} ${pid} started`),
    ended: (name: string) => void heard.push(`${name} ended`),
  };
  let close = await openControlSocket(path, hearer);
  t.after(() => {
    close();
    rmSync(folder, { recursive: true });
  });
  const again = async () => {
    close();
    close = await openControlSocket(path, hearer);
  };
  return { path, heard, again };
}

test("the group of the folder may connect, and other users may not", async (t) => {
  const { path } = await opened(t);
  assert.equal(statSync(path).mode & 0o777, 0o660);
});

test("lines wait for control and arrive after its restart, in order", async (t) => {
  const { path, heard, again } = await opened(t);
  const line = new SupervisorLine(path, "netboot", 7).start();
  line.sendLines(["one", "two"]);
  await until("the lines have arrived", () => heard.length === 3);
  assert.deepEqual(heard, ["netboot 7 started", "one", "two"]);
  await again();
  await until("it has connected again", () => heard.filter((each) => each.endsWith("started")).length === 2);
  line.sendLines(["three"]);
  await until("the next line has arrived", () => heard.includes("three"));
});

test("a process that is replaced has not ended until its successor ends", async (t) => {
  const { path, heard } = await opened(t);
  const hello = (pid: number) => `${JSON.stringify({ type: "hello", name: "executor", pid })}\n`;
  const first = connect(path);
  first.write(hello(1));
  await until("the first is known", () => heard.length === 1);
  const second = connect(path);
  second.write(hello(2));
  await until("the second is known", () => heard.length === 2);
  first.destroy();
  second.destroy();
  await until("the end is known", () => heard.includes("executor ended"));
  assert.deepEqual(heard, ["executor 1 started", "executor 2 started", "executor ended"]);
});

for (const [what, sent] of [
  ["another message", '{"type":"doctor-wanted"}\n'],
  ["a process that control does not know", '{"type":"hello","name":"control","pid":1}\n'],
  ["text that is not JSON", "hello\n"],
  ["a line without end", "x".repeat(1024 * 1024)],
] as const)
  test(`${what} ends the connection, and other processes stay`, async (t) => {
    const { path, heard } = await opened(t);
    new SupervisorLine(path, "netboot", 7).start();
    await until("netboot is known", () => heard.length === 1);
    const socket = connect(path);
    socket.on("error", () => undefined); // a broken pipe while it still sends
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write(sent);
    await closed;
    assert.deepEqual(heard, ["netboot 7 started"]);
  });

const checks = [{ name: "database", ok: false, detail: "lost", advice: "restore" }];

for (const [what, answer, expected] of [
  ["its findings", JSON.stringify(checks), /"doctor-done".*"detail":"lost"/],
  ["no JSON", "muster: no configuration", /"doctor-failed"/],
  ["nothing", "", /"doctor-failed"/],
  ["a very long answer", "x".repeat(3 * 1024 * 1024), /"doctor-failed".*too long/],
] as const)
  test(`control asks the doctor of systemd, which answers with ${what}`, async (t) => {
    const data = dataDir(mkdtempSync(join(tmpdir(), "muster-doctor-")));
    const server = createServer((socket) => void socket.on("error", () => undefined).end(answer)).listen(data.doctorSocket);
    t.after(() => {
      server.close();
      rmSync(data.root, { recursive: true });
    });
    const wire = unitWire("control", data);
    const heard: string[] = [];
    const deaf = await wire.listen((news) => void heard.push(JSON.stringify(news)));
    t.after(deaf);
    wire.send?.({ type: "doctor-wanted" });
    await until("the doctor has answered", () => heard.length > 0);
    assert.match(heard.join(), expected);
  });

test("without the unit of the doctor, control says that nothing answers", async (t) => {
  const data = dataDir(mkdtempSync(join(tmpdir(), "muster-doctor-")));
  t.after(() => rmSync(data.root, { recursive: true }));
  const wire = unitWire("control", data);
  const heard: string[] = [];
  t.after(await wire.listen((news) => void heard.push(JSON.stringify(news))));
  wire.send?.({ type: "doctor-wanted" });
  await until("the failure is known", () => heard.length > 0);
  assert.match(heard.join(), /"doctor-failed".*ENOENT/);
});
