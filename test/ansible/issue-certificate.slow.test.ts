/** The certificates that the control node issues: when it keeps one, when it issues a new one, and what it refuses. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

const program = join(import.meta.dirname, "../../ansible/roles/cluster_ca/files/issue-certificate");
const NAMES = ["DNS:server.dc1.consul", "DNS:localhost", "IP:127.0.0.1", "IP:fd00::10"];

function authority(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "muster-authority-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const issue = (names = NAMES, days = 365, renewDays = 30) =>
    spawnSync(program, [folder, "nodes/n1/consul", String(days), String(renewDays), ...names], { encoding: "utf8" });
  const issued = (...wish: Parameters<typeof issue>) => {
    const { status, stdout, stderr } = issue(...wish);
    assert.equal(status, 0, stderr);
    return stdout.includes("issued");
  };
  const file = (name: string) => join(folder, name);
  const certificate = () => new X509Certificate(readFileSync(file("nodes/n1/consul.pem")));
  return { file, issue, issued, certificate };
}

test("a certificate has its names, serves both sides, and is kept", (t) => {
  const { issued, certificate, file } = authority(t);
  assert(issued());
  const first = certificate();
  assert(first.verify(new X509Certificate(readFileSync(file("ca.pem"))).publicKey));
  assert(first.checkHost("server.dc1.consul") && first.checkIP("fd00::10") && !first.checkHost("client.dc1.consul"));
  assert.deepEqual(first.keyUsage, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  assert.equal(first.ca, false);
  for (const secret of ["ca-key.pem", "nodes/n1/consul-key.pem"]) assert.equal(statSync(file(secret)).mode & 0o777, 0o600);
  assert(!issued(), "the second run issues nothing");
  assert.equal(certificate().fingerprint256, first.fingerprint256);
});

test("a new certificate follows when too few days remain, when a name changes, and when the key is lost or another", (t) => {
  const { issued, file } = authority(t);
  assert(issued(NAMES, 29));
  assert(issued(), "29 days remain");
  assert(issued(NAMES, 365, 366), "the limit is a setting");
  assert(issued([...NAMES.slice(0, -1), "IP:fd00::11"]), "another address");
  assert(issued([...NAMES.slice(0, -1)]), "one name less");
  rmSync(file("nodes/n1/consul-key.pem"));
  assert(issued(NAMES.slice(0, -1)), "the key is lost");
  execFileSync("openssl", ["genpkey", "-algorithm", "ed25519", "-out", file("nodes/n1/consul-key.pem")]);
  assert(issued(NAMES.slice(0, -1)), "the key is another");
  writeFileSync(file("nodes/n1/consul.pem"), "half a certifi");
  assert(issued(NAMES.slice(0, -1)), "the certificate is damaged");
  assert(!issued(NAMES.slice(0, -1)));
});

test("a certificate of an authority that was replaced is replaced too, and a lost key of the authority is an error", (t) => {
  const { issue, issued, file } = authority(t);
  assert(issued());
  rmSync(file("ca-key.pem"));
  const { status, stderr } = issue();
  assert.equal(status, 1);
  assert.match(stderr, /ca-key\.pem is missing\. Restore it from a backup/);
  rmSync(file("ca.pem"));
  assert(issued(), "a new authority");
  assert(!issued());
});
