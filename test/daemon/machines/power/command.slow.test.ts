/** The command driver, and the behaviour common to all drivers, through the executor's socket. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startPowerLab } from "../../../support/executor-steps.ts";
import { until } from "../../../support/until.ts";

/** A switched socket: a script that records its arguments in a file. */
function socketScript(folder: string): string {
  const file = join(folder, "socket");
  writeFileSync(
    file,
    `#!/bin/sh
echo "$@" >>${folder}/called
case $1 in on | off) echo "$1" >${folder}/is ;; status) cat ${folder}/is ;; fail) echo "relay is stuck" >&2; exit 3 ;; hang) sleep 60 & echo $! >${folder}/pid; wait ;;
slow) touch ${folder}/begun; until [ -e ${folder}/go ]; do sleep 0.05; done; echo on >>${folder}/switched ;; esac
`,
    { mode: 0o700 },
  );
  writeFileSync(join(folder, "is"), "off\n");
  return file;
}

test("a command gets its words as they are, with placeholders filled in and nothing expanded", async (t) => {
  const lab = await startPowerLab(t, (folder) => ({
    nodes: { n1: { driver: "command", address: "10.9.9.9", on: [socketScript(folder), "on", "{name}", "{mac}", "{address}", "$(id); *"] } },
  }));
  const result = await lab.perform("n1", "on");
  assert.deepEqual(result, { driver: "command", message: "n1 received the command; its state cannot be read" });
  assert.equal(readFileSync(join(lab.folder, "called"), "utf8"), "on n1 52:54:00:00:00:01 10.9.9.9 $(id); *\n");
});

test("a command that can be asked is looked at before and after", async (t) => {
  const lab = await startPowerLab(t, (folder) => {
    const script = socketScript(folder);
    return { nodes: { n1: { driver: "command", on: [script, "on"], off: [script, "off"], status: [script, "status"] } } };
  });
  assert.equal((await lab.perform("n1", "status")).power, "off");
  assert.equal((await lab.perform("n1", "on")).message, "n1 is on");
  assert.equal((await lab.perform("n1", "on")).message, "n1 was already on");
  assert.equal((await lab.perform("n1", "off")).message, "n1 is off");
  await assert.rejects(lab.perform("n1", "cycle"), { code: "POWER_NOT_SUPPORTED", message: /no command for cycle/ });
});

test("a command that fails, is missing, disobeys or hangs is distinguished", async (t) => {
  const lab = await startPowerLab(t, (folder) => {
    const script = socketScript(folder);
    return {
      timeout_seconds: 5,
      nodes: {
        fails: { driver: "command", on: [script, "fail"] },
        missing: { driver: "command", on: ["/nonexistent/program"] },
        disobeys: { driver: "command", on: ["/bin/true"], status: [script, "status"] },
        hangs: { driver: "command", on: [script, "hang"] },
        mute: { driver: "command", status: ["/bin/echo", "perhaps"] },
        addressless: { driver: "command", on: ["/bin/true", "{address}"] },
      },
    };
  });
  await Promise.all([
    assert.rejects(lab.perform("fails", "on"), { code: "POWER_FAILED", message: /socket ended with 3: relay is stuck/ }),
    assert.rejects(lab.perform("missing", "on"), { code: "POWER_PROGRAM_MISSING", message: /\/nonexistent\/program is not on/ }),
    assert.rejects(lab.perform("disobeys", "on"), { code: "POWER_FAILED", message: /the machine is not on yet/ }),
    assert.rejects(lab.perform("hangs", "on"), { code: "POWER_UNREACHABLE", message: /did not answer within 5 s/ }),
    assert.rejects(lab.perform("mute", "status"), { code: "POWER_FAILED", message: /neither on nor off: perhaps/ }),
    assert.rejects(lab.perform("addressless", "on"), { code: "POWER_NOT_CONFIGURED", message: /needs \{address\}/ }),
  ]);
  const pid = readFileSync(join(lab.folder, "pid"), "utf8").trim();
  await until(
    "its child is gone too",
    () => !existsSync(`/proc/${pid}`) || /^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8")),
  );
});

test("one machine is switched once at a time, and a stop of the daemon does not cut the command short", async (t) => {
  const lab = await startPowerLab(t, (folder) => ({ nodes: { n1: { driver: "command", on: [socketScript(folder), "slow"] } } }));
  const first = assert.rejects(lab.perform("n1", "on"), { code: "POWER_UNKNOWN" });
  await until("the command is at work", () => existsSync(join(lab.folder, "begun")));
  await assert.rejects(lab.perform("n1", "on"), { code: "POWER_BUSY" });
  await lab.stopExecutor();
  await first;
  await assert.rejects(lab.perform("n1", "on"), { code: "POWER_UNREACHABLE", message: /the executor is not connected/ });
  writeFileSync(join(lab.folder, "go"), "");
  await until("the command ends by itself", () => existsSync(join(lab.folder, "switched")));
  await lab.startExecutor();
  const left = join(lab.folder, "executor/power");
  await until("the next executor tidies up", () => readdirSync(left).length === 0);
  assert.equal(readFileSync(join(lab.folder, "switched"), "utf8"), "on\n");
});

test("drivers that cannot say so before anything is done", async (t) => {
  const lab = await startPowerLab(t, () => ({
    nodes: {
      sleeper: { driver: "wol" },
      shelf: { driver: "manual", instructions: "shelf 3, hold for 5 s" },
      "52:54:00:00:00:01": { driver: "wol" },
    },
  }));
  assert.equal((await lab.perform("sleeper", "on")).message, "sent to 52:54:00:00:00:01; the next boot shows whether sleeper woke up");
  await assert.rejects(lab.perform("sleeper", "off"), { code: "POWER_NOT_SUPPORTED", message: /can only wake a machine/ });
  await assert.rejects(lab.perform("shelf", "cycle"), {
    code: "POWER_BY_HAND",
    message: "shelf cannot be switched remotely: go and switch it off and on again (shelf 3, hold for 5 s)",
  });
  assert.equal((await lab.perform("by-its-mac", "on")).driver, "wol");
});
