/** Commands on another machine, which is a real sshd on loopback. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { kill } from "../../../../daemon/executor/marked-processes.ts";
import { SshLines } from "../../../../daemon/executor/steps/ssh.ts";
import type { SshPlace } from "../../../../daemon/executor/steps/ssh-line.ts";
import { type Sshd, noSshd as skip, startSshd } from "../../../support/network/sshd.ts";
import { until } from "../../../support/until.ts";

const limits = { timeoutSeconds: 20, capBytes: 1000, graceMs: () => 500 };
const never = new AbortController().signal;

interface Lab extends Sshd {
  folder: string;
  lines: SshLines;
  run(argv: string[], signal?: AbortSignal, place?: SshPlace, own?: typeof limits): ReturnType<SshLines["run"]>;
}

async function lab(t: TestContext): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), "muster-ssh-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const sshd = await startSshd(t, folder);
  const lines = new SshLines(sshd.keyFile);
  t.after(() => lines.close());
  return {
    ...sshd,
    folder,
    lines,
    run: (argv, signal = never, place = sshd.place, own = limits) => lines.run(place, argv, own, signal),
  };
}

const logins = ({ log }: Lab) => log().match(/Accepted publickey/g)?.length ?? 0;

/** Living processes with `text` in their command line, without this process and zombies. */
const running = (text: string): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => existsSync(`/proc/${pid}/cmdline`) && commandLine(pid).includes(text))
    .map(Number);

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // it has ended in the meantime
  }
}

test("words arrive as they are, with what was said and how it ended", { skip }, async (t) => {
  const { run } = await lab(t);
  const said = await run(["printf", "%s|", "$(id)", "a'b", "a;b", "*"]);
  assert.equal(said.status, "succeeded");
  assert.equal(said.said.head.toString(), "$(id)|a'b|a;b|*|");
  const failed = await run(["sh", "-c", "echo out; echo err >&2; exit 3"]);
  assert.equal(failed.status, "failed");
  assert.equal(failed.exitCode, 3);
  assert.match(failed.said.head.toString(), /out/);
  assert.match(failed.said.head.toString(), /err/);
});

test("steps on one machine share a connection, and one that was lost is made anew", { skip }, async (t) => {
  const it = await lab(t);
  for (let step = 0; step < 5; step++) assert.equal((await it.run(["true"])).status, "succeeded");
  await Promise.all([it.run(["true"]), it.run(["true"])]);
  assert.equal(logins(it), 1);
  assert.equal(it.lines.open, 1);
  it.lines.close();
  assert.equal((await it.run(["true"])).status, "succeeded");
  assert.equal(logins(it), 2);
});

test("a machine that shows another key is told nothing", { skip }, async (t) => {
  const it = await lab(t);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(it.folder, "other")]);
  const [type, key] = readFileSync(join(it.folder, "other.pub"), "utf8").split(" ");
  const ended = await it.run(["touch", join(it.folder, "done")], never, { ...it.place, hostKey: `${type} ${key}` });
  assert.equal(ended.status, "failed");
  assert.match(ended.error ?? "", /shows another host key than the one pinned for it/);
  assert.equal(logins(it), 0);
  assert.ok(!existsSync(join(it.folder, "done")));
});

test("a key that machine does not know is a failure that says so", { skip }, async (t) => {
  const it = await lab(t);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(it.folder, "stranger")]);
  const lines = new SshLines(join(it.folder, "stranger"));
  t.after(() => lines.close());
  const ended = await lines.run(it.place, ["true"], limits, never);
  assert.equal(ended.status, "failed");
  assert.match(ended.error ?? "", /does not accept Muster's key for/);
});

test("a machine that is not there is a failure, and the next try is a new one", { skip }, async (t) => {
  const it = await lab(t);
  const nowhere = { ...it.place, port: 1 };
  assert.match((await it.run(["true"], never, nowhere)).error ?? "", /cannot be reached over SSH/);
  assert.match((await it.run(["true"], never, nowhere)).error ?? "", /cannot be reached over SSH/);
  assert.equal(it.lines.open, 0);
});

test("the machine itself ends what takes too long", { skip }, async (t) => {
  const { run, place } = await lab(t);
  const ended = await run(["sleep", "7771"], never, place, { ...limits, timeoutSeconds: 1 });
  assert.equal(ended.status, "timed-out");
  assert.deepEqual(running("sleep\x007771"), []);
});

test("one that is cancelled leaves no process there, even one that ignores TERM", { skip }, async (t) => {
  const { run } = await lab(t);
  const stop = new AbortController();
  const stepping = run(["sh", "-c", "trap '' TERM; sleep 7772; sleep 7772"], stop.signal);
  await until("it sleeps", () => running("sleep\x007772").length > 0);
  stop.abort("cancelled");
  assert.equal((await stepping).status, "cancelled");
  await until("it is gone", () => running("sleep\x007772").length === 0 && running("sleep 7772").length === 0);
});

test("what it says beyond its cap is left out of the middle", { skip }, async (t) => {
  const { run } = await lab(t);
  const { status, said } = await run(["seq", "1", "100000"]);
  assert.equal(status, "succeeded");
  assert.ok(said.head.length + (said.tail?.length ?? 0) <= limits.capBytes);
  assert.ok(said.head.toString().startsWith("1\n2\n") && said.tail?.toString().endsWith("100000\n"));
});

test("a connection that is lost in the middle leaves the end unknown", { skip }, async (t) => {
  const it = await lab(t);
  const stepping = it.run(["sleep", "7773"], never, it.place, { ...limits, timeoutSeconds: 600 });
  t.after(() => {
    for (const pid of running("sleep\x007773")) kill(pid);
  });
  await until("it sleeps", () => running("sleep\x007773").length > 0);
  for (const pid of running(`sshd: ${it.place.user}`)) if (parentOf(pid).includes(String(it.place.port))) kill(pid);
  const ended = await stepping;
  assert.equal(ended.status, "unknown");
  assert.match(ended.error ?? "", /the end of the command is not known/);
});

/** The command line of a session's listener, which names our port. A session of another test may end at any time. */
function parentOf(pid: number): string {
  try {
    const parent = readFileSync(`/proc/${pid}/status`, "utf8").match(/^PPid:\s+(\d+)/m)?.[1] ?? "0";
    return commandLine(parent);
  } catch {
    return "";
  }
}
