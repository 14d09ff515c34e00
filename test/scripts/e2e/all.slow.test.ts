/** `npm run e2e` with checks of its own: it goes on after a failure, and Ctrl-C ends the running check with its children. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { until } from "../../support/until.ts";

const all = join(import.meta.dirname, "../../../scripts/e2e/all.ts");

function start(t: TestContext, checks: Record<string, string>, ...names: string[]) {
  const folder = mkdtempSync(join(tmpdir(), "muster-e2e-"));
  const file = join(folder, "package.json");
  const scripts = Object.fromEntries(
    Object.entries(checks).map(([name, command]) => [`e2e:${name}`, command.replaceAll("FOLDER", folder)]),
  );
  writeFileSync(file, JSON.stringify({ scripts }));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", all, "--package", file, ...names]);
  t.after(() => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { folder, child, code, output: () => output };
}

/** Returns the rows of the table: name and result. */
const rows = (output: string): string[] =>
  output
    .slice(output.lastIndexOf("\ncheck "))
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(/ {2,}/).slice(0, 2).join(" "));

test("a failure does not stop the other checks, and the exit code shows it", async (t) => {
  const { code, output } = start(t, { one: "echo first", two: "echo no >&2; exit 3", three: "echo third" });
  assert.equal(await code, 1);
  assert.deepEqual(rows(output()), ["one ok", "two FAILED", "three ok"]);
  assert.match(output(), /first[\s\S]*no[\s\S]*third[\s\S]*exit code 3/);
});

test("names select checks, and an unknown name runs nothing", async (t) => {
  const some = start(t, { one: "exit 1", two: "exit 0" }, "e2e:two");
  assert.equal(await some.code, 0);
  assert.deepEqual(rows(some.output()), ["two ok"]);
  const none = start(t, { one: "touch FOLDER/ran" }, "two");
  assert.equal(await none.code, 2);
  assert.match(none.output(), /there is no check two; the checks are one[\s\S]*usage: npm run e2e/);
  assert.ok(!existsSync(join(none.folder, "ran")));
});

const alive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

for (const [what, command, signals] of [
  ["Ctrl-C lets the running check clean up", "trap 'touch FOLDER/clean; exit 1' INT; sleep 300 & echo $! >FOLDER/pid; wait", 1],
  [
    "a second Ctrl-C ends a check that does not end",
    "trap 'touch FOLDER/clean' INT; sleep 300 & echo $! >FOLDER/pid; while :; do wait; sleep 0.1; done",
    2,
  ],
] as const)
  test(`${what}; the checks after it are not run`, async (t) => {
    const { folder, child, code, output } = start(t, { one: "true", two: command, three: "touch FOLDER/third" });
    await until("the check runs", () => existsSync(join(folder, "pid")) && readFileSync(join(folder, "pid"), "utf8").endsWith("\n"));
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    child.kill("SIGINT");
    await until("the check cleans up", () => existsSync(join(folder, "clean")));
    if (signals === 2) child.kill("SIGINT");
    assert.equal(await code, 130);
    assert.deepEqual(rows(output()), ["one ok", "two stopped", "three not run"]);
    assert.ok(!existsSync(join(folder, "third")));
    await until("the child of the check ends", () => !alive(pid));
  });
