/**
 * The redfish driver against a simulated service written from the DMTF's documents, through the executor's
 * socket.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { secretFile, startPowerLab } from "../../../support/executor-steps.ts";
import { REDFISH_PASSWORD, REDFISH_USER, type StandInOptions, startRedfish } from "../../../support/power/redfish-stand-in.ts";

async function setUp(t: TestContext, options: StandInOptions = {}, more: (folder: string) => object = () => ({})) {
  const service = await startRedfish(options);
  t.after(() => service.close());
  const lab = await startPowerLab(t, (folder) => ({
    timeout_seconds: 5,
    nodes: {
      n1: {
        driver: "redfish",
        address: service.url,
        user: REDFISH_USER,
        password_file: secretFile(folder, "password", REDFISH_PASSWORD),
        ...more(folder),
      },
    },
  }));
  return { service, lab };
}

for (const sessions of [true, false]) {
  test(`a machine is switched with ${sessions ? "a session" : "Basic authentication where there are no sessions"}`, async (t) => {
    const { service, lab } = await setUp(t, { sessions });
    const said: string[] = [];
    for (const action of ["status", "on", "cycle", "off"] as const) said.push((await lab.perform("n1", action)).message);
    assert.deepEqual(said, ["n1 is off", "n1 is on", "n1 was switched off and on", "n1 is off"]);
    assert.deepEqual(service.resets, ["On", "PowerCycle", "ForceOff"]);
    assert.equal(service.openSessions.size, 0, "no session is left behind: a BMC has few");
  });
}

test("the kind of reset is one the service offers", async (t) => {
  const { service, lab } = await setUp(t, { allowed: ["ForceOn", "ForceRestart"] });
  await lab.perform("n1", "on");
  await lab.perform("n1", "cycle");
  assert.deepEqual(service.resets, ["ForceOn", "ForceRestart"]);
  await assert.rejects(lab.perform("n1", "off"), { code: "POWER_NOT_SUPPORTED", message: /only ForceOn, ForceRestart/ });
  assert.equal(service.openSessions.size, 0);
});

test("a wrong password is named as such, and is in no message and no log", async (t) => {
  const { lab } = await setUp(t, {}, (folder) => ({ password_file: secretFile(folder, "wrong", "wrong-password") }));
  await assert.rejects(lab.perform("n1", "on"), (error: Error & { code: string }) => {
    assert.equal(error.code, "POWER_LOGIN_REFUSED");
    assert.match(error.message, /refused muster: 401, While accessing/);
    assert.doesNotMatch(error.message, /wrong-password/);
    return true;
  });
  assert.doesNotMatch(lab.log(), /wrong-password|Basic |x-auth-token/i);
});

test("a BMC of several machines wants one to be named", async (t) => {
  const { lab } = await setUp(t, { systems: ["blade1", "blade2"] });
  await assert.rejects(lab.perform("n1", "status"), { code: "POWER_NOT_CONFIGURED", message: /`system` is needed.*blade1, blade2/ });
  const named = await setUp(t, { systems: ["blade1", "blade2"] }, () => ({ system: "blade2" }));
  assert.equal((await named.lab.perform("n1", "status")).power, "off");
});

test("a BMC that is not there and one that does not obey are distinguished", async (t) => {
  const { service, lab } = await setUp(t);
  service.close();
  await assert.rejects(lab.perform("n1", "on"), { code: "POWER_UNREACHABLE" });
  const stubborn = await setUp(t, { stubborn: true });
  await assert.rejects(stubborn.lab.perform("n1", "on"), {
    code: "POWER_FAILED",
    message: /accepted the command, but the machine is not on yet/,
  });
});

test("no request is sent to a BMC whose certificate is unknown, until it is pinned", {
  skip: existsSync("/usr/bin/openssl") ? false : "needs openssl",
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-tls-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [keyFile, certFile] = [join(folder, "key"), join(folder, "cert")];
  const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=bmc"];
  execFileSync("openssl", [...made, "-keyout", keyFile, "-out", certFile], { stdio: "ignore" });
  const tls = { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8") };
  const { fingerprint256 } = new X509Certificate(tls.cert);

  const untrusted = await setUp(t, { tls });
  await assert.rejects(untrusted.lab.perform("n1", "on"), (error: Error & { code: string }) => {
    assert.equal(error.code, "POWER_LOGIN_REFUSED");
    assert.ok(error.message.includes(`its SHA-256 is ${fingerprint256}`), error.message);
    return true;
  });
  assert.deepEqual(untrusted.service.resets, []);
  const pinned = await setUp(t, { tls }, () => ({ certificate_sha256: fingerprint256 }));
  assert.equal((await pinned.lab.perform("n1", "on")).power, "on");
  const another = await setUp(t, { tls }, () => ({ certificate_sha256: "00".repeat(32) }));
  await assert.rejects(another.lab.perform("n1", "on"), { message: /is not the one of `certificate_sha256`/ });
});
