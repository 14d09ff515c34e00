/** The ipmi driver against a simulated BMC, through the executor's socket. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { secretFile, startPowerLab } from "../../../support/executor-steps.ts";
import { IPMI_PASSWORD, IPMI_USER, type IpmiSim, noIpmi, startIpmiSim } from "../../../support/power/ipmi-sim.ts";

describe("a machine with an IPMI BMC", { skip: noIpmi }, () => {
  let bmc: IpmiSim;
  before(async () => {
    bmc = await startIpmiSim();
  });
  after(() => bmc?.stop());

  const ipmi = (password_file: string, more: object = {}) => ({
    driver: "ipmi",
    address: "127.0.0.1",
    port: bmc.port,
    user: IPMI_USER,
    password_file,
    cipher_suite: 3,
    ...more,
  });

  test("is switched on, asked, cycled and switched off, and is so each time when the answer comes", async (t) => {
    const lab = await startPowerLab(t, (folder) => ({ nodes: { n1: ipmi(secretFile(folder, "password", IPMI_PASSWORD)) } }));
    const story: [string, string][] = [];
    for (const action of ["status", "on", "on", "status", "cycle", "off", "off", "cycle"] as const) {
      const result = await lab.perform("n1", action);
      assert.equal(result.power === "on" ? "1" : "0", bmc.power(), action);
      story.push([action, result.message]);
    }
    assert.deepEqual(story, [
      ["status", "n1 is off"],
      ["on", "n1 is on"],
      ["on", "n1 was already on"],
      ["status", "n1 is on"],
      ["cycle", "n1 was switched off and on"],
      ["off", "n1 is off"],
      ["off", "n1 was already off"],
      ["cycle", "n1 was off, is on"],
    ]);
  });

  test("is reached by the protocol of IPMI 1.5 too", async (t) => {
    const lab = await startPowerLab(t, (folder) => ({
      nodes: { n1: ipmi(secretFile(folder, "password", IPMI_PASSWORD), { interface: "lan" }) },
    }));
    assert.match((await lab.perform("n1", "status")).message, /^n1 is o/);
  });

  test("says apart a wrong password, an unknown user, a wrong cipher, silence and a missing file", async (t) => {
    const lab = await startPowerLab(t, (folder) => {
      const good = secretFile(folder, "good", IPMI_PASSWORD);
      return {
        timeout_seconds: 10,
        nodes: {
          "wrong-password": ipmi(secretFile(folder, "bad", "not-the-password")),
          "wrong-user": ipmi(good, { user: "nobody" }),
          cipher: ipmi(good, { cipher_suite: 17 }),
          silent: ipmi(good, { port: 9 }),
          nofile: ipmi(`${folder}/none`),
          nohost: ipmi(good, { address: "no-such-host.invalid" }),
        },
      };
    });
    await Promise.all([
      assert.rejects(lab.perform("wrong-password", "on"), { code: "POWER_LOGIN_REFUSED", message: /refused operator: RAKP 2 HMAC/ }),
      assert.rejects(lab.perform("wrong-user", "on"), { code: "POWER_LOGIN_REFUSED", message: /unauthorized name/ }),
      assert.rejects(lab.perform("cipher", "on"), { code: "POWER_FAILED", message: /cipher suite 17.*3 is the oldest/ }),
      assert.rejects(lab.perform("silent", "on"), { code: "POWER_UNREACHABLE", message: /127\.0\.0\.1 did not answer/ }),
      assert.rejects(lab.perform("nohost", "on"), { code: "POWER_UNREACHABLE", message: /Address lookup/ }),
      assert.rejects(lab.perform("nofile", "on"), { code: "POWER_NOT_CONFIGURED", message: /password_file: cannot read/ }),
    ]);
    assert.ok(!lab.log().includes("not-the-password"), "no password in the log");
  });

  test("its password is on no command line while ipmitool runs", async (t) => {
    const mute = createSocket("udp4").bind(0, "127.0.0.1");
    t.after(() => mute.close());
    await once(mute, "listening");
    const { port } = mute.address();
    const lab = await startPowerLab(t, (folder) => ({
      timeout_seconds: 5,
      nodes: { n1: ipmi(secretFile(folder, "password", "password-to-look4"), { port }) },
    }));
    const seen = new Set<string>();
    const watch = setInterval(() => {
      for (const line of commandLines()) if (line.includes("ipmitool") && line.includes(`-p ${port}`)) seen.add(line);
    }, 50);
    t.after(() => clearInterval(watch));
    await assert.rejects(lab.perform("n1", "status"), { code: "POWER_UNREACHABLE" });
    assert.ok(seen.size > 0, "ipmitool was seen running");
    for (const line of seen) assert.ok(!line.includes("password-to-look4"), line);
    assert.ok(!lab.log().includes("password-to-look4"));
  });
});

function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")];
      } catch {
        // The process ended between the two reads.
        return [];
      }
    });
}
