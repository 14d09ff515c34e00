/** The call-home program tries 30 times, 10 s apart, as documented, whatever the machine's clock shows. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { templateText } from "../../../../daemon/netboot/scripts/templates.ts";

/** Waits are recorded instead of slept, and the machine believes that it is 1970. */
const IMPATIENT = `import sys, time
waits = open(sys.argv.pop(1), "a")
time.sleep = lambda seconds: print(seconds, file=waits, flush=True)
time.time = lambda: 0.0
clock = open(sys.argv.pop(1), "a")
time.clock_settime = lambda which, at: print(int(at), file=clock, flush=True)
exec(compile(open(sys.argv.pop(1)).read(), "muster-call-home", "exec"))
`;

/** A number is an HTTP status. A text is sent instead of HTTP. */
async function machine(t: TestContext, answers: (tries: number) => number | string, more: object = {}) {
  const folder = mkdtempSync(join(tmpdir(), "muster-caller-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  const said: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    said.push(JSON.parse(body));
    const answer = answers(said.length);
    if (typeof answer === "number") response.writeHead(answer).end("said");
    else response.socket?.end(answer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  writeFileSync(at("program"), templateText("call-home.py"));
  writeFileSync(at("key.pub"), `ssh-ed25519 ${"A".repeat(68)} root@somewhere\n`);
  writeFileSync(
    at("call-home.json"),
    JSON.stringify({ url: `http://127.0.0.1:${port}`, token: "t".repeat(64), mac: "52:54:00:00:00:01", ...more }),
  );
  writeFileSync(at("systemctl"), `#!/bin/sh\necho "$@" >>${at("systemctl-calls")}\n`);
  chmodSync(at("systemctl"), 0o755);
  const run = async () => {
    const args = ["-c", IMPATIENT, at("waits"), at("clock"), at("program"), "--config", at("call-home.json"), "--host-key", at("key.pub")];
    const child = spawn("/usr/bin/python3", args, { stdio: "ignore", env: { PATH: `${folder}:/usr/bin:/bin` } });
    return (await once(child, "exit"))[0] as number;
  };
  const lines = (name: string) => (existsSync(at(name)) ? readFileSync(at(name), "utf8").trim().split("\n") : []);
  return { run, said, lines, hasToken: () => existsSync(at("call-home.json")) };
}

test("30 tries, 10 seconds apart; then it ends with 1, keeps its token and tries again at the next boot", async (t) => {
  const refusals = [200, 201, 409, 401, 500, 503];
  const { run, said, lines, hasToken } = await machine(t, (tries) => (tries > 30 ? 202 : (refusals[tries % refusals.length] ?? 500)));
  assert.equal(await run(), 1);
  assert.deepEqual([said.length, lines("waits").length, new Set(lines("waits"))], [30, 29, new Set(["10"])]);
  assert.deepEqual([hasToken(), lines("systemctl-calls")], [true, []]);

  assert.equal(await run(), 0);
  assert.deepEqual([said.length, hasToken(), lines("systemctl-calls")], [31, false, ["disable muster-call-home.service"]]);
  const unit = templateText("call-home.service");
  assert.match(unit, /^ConditionPathExists=\/etc\/muster\/call-home\.json$/m);
  assert.match(unit, /^WantedBy=multi-user\.target$/m);
  // 30 × (20 s for an answer + 10 s) at most.
  assert.match(unit, /^TimeoutStartSec=15min$/m);
});

test("an answer that is no HTTP is a try in vain like any other", async (t) => {
  const noHttp = [
    "",
    "220 mail.example ESMTP\r\n",
    `HTTP/1.1 200 ${"x".repeat(70_000)}\r\n`,
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut",
  ];
  const { run, said, hasToken } = await machine(t, (tries) => noHttp[tries - 1] ?? 202);
  assert.equal(await run(), 0);
  assert.deepEqual([said.length, hasToken()], [noHttp.length + 1, false]);
});

test("nothing it says depends on the machine's clock", async (t) => {
  const { run, said } = await machine(t, () => 202);
  assert.equal(await run(), 0);
  assert.deepEqual(Object.keys(said[0] ?? {}).sort(), ["facts", "hostname", "ip_address", "mac", "ssh_host_key", "token"]);
  assert.doesNotMatch(JSON.stringify(said), /1970|20[2-9]\d-\d\d-\d\d/);
});

test("where the fleet has a name for it, it comes by that", async (t) => {
  const { run, said } = await machine(t, () => 202, { name: "rack1-n1" });
  assert.equal(await run(), 0);
  assert.equal(said[0]?.hostname, "rack1-n1");
});

test("an installed system sets its clock from the answer of the control node, whether it is refused or accepted", async (t) => {
  const { run, lines } = await machine(t, (tries) => (tries === 1 ? 503 : 202), { set_clock: true });
  const before = Math.floor(Date.now() / 1000);
  assert.equal(await run(), 0);
  const set = lines("clock").map(Number);
  assert.equal(set.length, 2);
  for (const seconds of set) assert.ok(seconds >= before - 1 && seconds <= Date.now() / 1000 + 1, `${seconds}`);
});

test("a machine that people installed keeps its clock, and no machine takes a time from before Muster's release", async (t) => {
  const kept = await machine(t, () => 202);
  assert.equal(await kept.run(), 0);
  assert.equal(kept.lines("clock").join(), "");
  const old = "HTTP/1.1 202 Accepted\r\nDate: Sat, 01 Jan 2005 00:00:00 GMT\r\nContent-Length: 2\r\n\r\nok";
  const unset = await machine(t, () => old, { set_clock: true });
  assert.equal(await unset.run(), 0);
  assert.equal(unset.lines("clock").join(), "");
});
