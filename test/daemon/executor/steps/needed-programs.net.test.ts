/** A tool whose program is missing says so before it runs: on the control node, and on a machine behind a real sshd. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { PlanLab } from "../../../support/changes/plan-lab.ts";
import { noSshd as skip, startSshd } from "../../../support/network/sshd.ts";

const there = "description: For a test.\nexecution: { method: ssh, requires_target: true }\n";
const here = "description: For a test.\nexecution: { method: local, requires_target: true }\n";
const path = 'parameters:\n  - { name: path, description: A file, required: true, pattern: "/.+", example: /tmp/x }\n';
const command = 'command: [mkdir, "{path}"]\n';
const program = (...names: string[]) => `programs: [${names.map((name) => `{ name: ${name}, package: pack-${name} }`).join(", ")}]\n`;
const forms = {
  far_missing: `${there}${path}${command}${program("mkdir", "no-such-one", "no-such-two")}`,
  far_there: `${there}${path}${command}${program("mkdir", "cat")}`,
  near_missing: `${here}${path}${command}${program("no-such-one")}`,
  near_there: `${here}${path}${command}${program("mkdir")}`,
};

async function start(t: TestContext) {
  const lab = await PlanLab.start(t, [], forms);
  const sshd = await startSshd(t, lab.folder, { keyFile: join(lab.data.executor, "id_ed25519") });
  const { host, port, user, hostKey } = sshd.place;
  lab.addNodes([{ name: "n1", group: "dev", address: host, port, user, hostKey }]);
  const made = join(lab.folder, "made");
  const run = async (tool: string, targets: string[]) => {
    const end = await lab.execute(lab.begin(lab.plan({ goal: { kind: "tool", tool, parameters: { path: made } }, targets })));
    assert(typeof end !== "string", String(end));
    return end;
  };
  return { run, made, sshd };
}

test("a missing program of a node is named with its package, the role and the command, and nothing runs", { skip }, async (t) => {
  const { run, made } = await start(t);
  const end = await run("far_missing", ["n1"]);
  assert.equal(end.status, "failed");
  assert.match(
    end.steps[0]?.error ?? "",
    /nothing was run: no-such-one \(package pack-no-such-one\) and no-such-two \(package pack-no-such-two\) are missing on n1; if common_packages of the role common contains pack-no-such-one pack-no-such-two, `muster reprovision n1` installs it/,
  );
  assert.equal(existsSync(made), false);
  assert.equal((await run("far_there", ["n1"])).status, "succeeded");
  assert.equal(existsSync(made), true);
});

test("a missing program of the control node is named with its package", { skip }, async (t) => {
  const { run, made } = await start(t);
  const end = await run("near_missing", ["n1"]);
  assert.equal(end.status, "failed");
  assert.match(
    end.steps[0]?.error ?? "",
    /no-such-one \(package pack-no-such-one\) is missing on the control node; install it: apt-get install pack-no-such-one/,
  );
  assert.equal(existsSync(made), false);
  assert.equal((await run("near_there", ["n1"])).status, "succeeded");
});

test("a node that cannot be reached is reported as such, not as a missing program", { skip }, async (t) => {
  const { run, sshd } = await start(t);
  await sshd.stop();
  const end = await run("far_there", ["n1"]);
  assert.equal(end.status, "failed");
  assert.doesNotMatch(end.steps[0]?.error ?? "", /missing/);
});
