/** The long checks of package.json, their selection and their table. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { test } from "node:test";
import { checksOf, chosen, exitCode, judged, type Outcome, type Result, table } from "../../../scripts/e2e/checks.ts";

const root = join(import.meta.dirname, "../../..");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
const checks = checksOf(scripts);

test("every long test file belongs to a check, so that `npm run e2e` runs it", () => {
  const patterns = checks.flatMap(({ command }) => [...command.matchAll(/test\/\S+\.long\.test\.ts/g)].map(([pattern]) => pattern));
  const left = globSync("test/**/*.long.test.ts", { cwd: root }).filter((file) => !patterns.some((pattern) => matchesGlob(file, pattern)));
  assert.deepEqual(left, []);
});

test("the checks are the scripts that begin with e2e:, in the order of package.json", () => {
  const names = Object.keys(scripts).filter((name) => name.startsWith("e2e:"));
  assert.deepEqual(
    checks.map(({ name }) => `e2e:${name}`),
    names,
  );
  for (const name of ["cluster", "crash", "firmware", "install", "rescue", "roles", "soak"])
    assert.ok(
      checks.some((each) => each.name === name),
      name,
    );
});

const some = checksOf({ build: "x", "e2e:one": "1", "e2e:two": "2", "e2e:three": "3", e2e: "all" });

test("names select checks, with or without e2e:, each once and in order", () => {
  const names = (...wanted: string[]) => chosen(some, wanted).map(({ name }) => name);
  assert.deepEqual(names(), ["one", "two", "three"]);
  assert.deepEqual(names("three", "e2e:one", "three"), ["one", "three"]);
  for (const unknown of ["four", "build", "e2e", "e2e:", ""])
    assert.throws(() => chosen(some, [unknown]), /there is no check .*; the checks are one, two, three/);
});

const summary = (pass: number, skipped: number, sign = "ℹ") =>
  `${sign} tests 9\n${sign} pass ${pass}\n${sign} fail 0\n${sign} skipped ${skipped}\n`;

for (const [what, name, code, output, result, figure] of [
  ["tests that pass", "crash", 0, summary(12, 0), "ok", "12 passed"],
  ["tests of which some are skipped", "crash", 0, summary(12, 3), "ok", "12 passed, 3 skipped"],
  ["tests that are all skipped", "crash", 0, summary(0, 3), "skipped", "0 passed, 3 skipped"],
  ["a suite that is skipped", "cluster", 0, summary(0, 0), "skipped", "0 passed"],
  ["tests that fail", "crash", 1, summary(11, 0, "#"), "FAILED", "exit code 1, 11 passed"],
  ["two runs of tests", "crash", 0, summary(2, 0) + summary(3, 1), "ok", "5 passed, 1 skipped"],
  ["a check with figures", "install", 0, `${summary(1, 0)}{"firmware":"bios","ready_seconds":1830.5}\n`, "ok", "ready_seconds 1830.5"],
  ["figures that break a promise", "soak", 1, '{"boots":3,"boot_ms_p99":912}\n', "FAILED", "exit code 1, boot_ms_p99 912"],
  ["a check that prints nothing", "other", 0, "", "ok", ""],
  ["a check that a signal ended", "other", null, "", "FAILED", "exit code none"],
] as const)
  test(`the result of ${what}`, () => assert.deepEqual(judged(name, code, output), { result, figure }));

const outcome = (name: string, result: Result): Outcome => ({ name, result, seconds: 61.4, figure: "1 passed" });

test("the exit code is 0 if a check passed and none failed or was left out", () => {
  const code = (...results: Result[]) => exitCode(results.map((result) => outcome("x", result)));
  assert.equal(code("ok", "ok"), 0);
  assert.equal(code("ok", "FAILED", "ok"), 1);
  assert.equal(code("ok", "skipped"), 0);
  assert.equal(code("skipped", "skipped"), 1);
  assert.equal(code("FAILED", "stopped", "not run"), 130);
});

test("the table has a row for each check", () => {
  const text = table([outcome("crash", "ok"), { ...outcome("firmware", "FAILED"), figure: "" }]);
  assert.equal(text, "check     result  seconds  key figure\ncrash     ok           61  1 passed\nfirmware  FAILED       61");
});
