/**
 * A soak of one minute with few machines. It includes two kills, interrupted installs and completed installs.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { noNetwork } from "../../../../scripts/lab/network.ts";

const soak = join(import.meta.dirname, "../../../../scripts/e2e/soak.ts");
const skip = noNetwork || (existsSync("/usr/bin/ansible-playbook") ? false : "needs ansible-playbook");
const run = (...args: string[]) => spawnSync(process.execPath, [soak, ...args], { encoding: "utf8", timeout: 300_000 });

test("200 machines boot through two kills of netboot: no address twice, no disk written twice, every timeline complete", { skip }, () => {
  const options = ["--machines", "200", "--minutes", "1", "--kill-seconds", "20", "--installs", "8", "--up-seconds", "10"];
  const { stdout, stderr, status } = run(...options);
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  const figures = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, number>;
  const { kills = 0, boots = 0, installs = 0, duplicates, reinstalls, timelines_incomplete } = figures;
  assert.deepEqual([duplicates, reinstalls, timelines_incomplete], [0, 0, 0]);
  assert.ok(kills >= 2 && boots >= 200 && installs > 0, stdout);
});

test("an option it does not know, or out of bounds, is refused with the usage", () => {
  const { status, stderr } = run("--machines", "0");
  assert.equal(status, 2);
  assert.match(stderr, /--machines: 0 is not a whole number from 1 to 10000[\s\S]+usage: npm run e2e:soak/);
});
