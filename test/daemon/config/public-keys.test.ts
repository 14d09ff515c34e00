/** Public keys as ssh-keygen and people write them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readPublicKeys } from "../../../daemon/config/public-keys.ts";

const ED = "AAAAC3NzaC1lZDI1NTE5AAAAIL2mgMXG2z2P3FYs/3I29VbtCbkwt6hFv37wQ1VqjBrs";
const EC = "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAPkunQIjnlIL2NCUvAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

for (const comment of [
  "Jo Public <jo@corp.test>",
  "jo@example.org",
  "example <placeholder> your key",
  'O\'Brien "laptop" $HOME',
  "ключ",
  "",
])
  test(`a key with the comment ${JSON.stringify(comment)} is taken unchanged`, () => {
    const line = `ssh-ed25519 ${ED} ${comment}`.trim();
    assert.deepEqual(readPublicKeys(`# mine\n\n${line}\r\n`), { keys: [line], faults: [] });
  });

test("a key may be separated by tabs, and a file may begin with a byte order mark", () => {
  const { keys, faults } = readPublicKeys(`\ufeffssh-ed25519\t${ED}\tjo\n  ecdsa-sha2-nistp256  ${EC}   jo at home`);
  assert.deepEqual(faults, []);
  assert.deepEqual(keys, [`ssh-ed25519 ${ED} jo`, `ecdsa-sha2-nistp256 ${EC} jo at home`]);
});

for (const [line, problem] of [
  [`from="10.0.0.0/8" ssh-ed25519 ${ED} jo`, /options are not taken here/],
  [`no-pty,command="echo hi there" ssh-ed25519 ${ED}`, /options are not taken here/],
  [`cert-authority ecdsa-sha2-nistp256 ${EC}`, /options are not taken here/],
  ["ssh-ed25519 AAAA... jo@corp.test", /a placeholder in place of the key/],
  ["ssh-ed25519 <your key> jo", /a placeholder in place of the key|no whole key/],
  ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampl jo", /a placeholder in place of the key/],
  [`ssh-ed25519 ${ED.slice(0, 30)}`, /no whole key after ssh-ed25519/],
  [`ssh-rsa ${ED} jo`, /no whole key after ssh-rsa/],
  [`ssh-ed25519-cert-v01@openssh.com ${ED} jo`, /is a certificate/],
  [`ssh-dss ${ED} jo`, /DSA/],
  ["-----BEGIN OPENSSH PRIVATE KEY-----", /private key; name the file that ends with \.pub/],
  ["jo@corp.test", /is not a public SSH key/],
  [`ssh-ed25519 ${ED} {{ lookup('pipe', 'id') }}`, /other programs would interpret/],
  [`ssh-ed25519 ${ED} jo\\`, /other programs would interpret/],
  [`ssh-ed25519 ${ED} jo\u001b[2J`, /control character/],
] as const)
  test(`${line.slice(0, 40)}… is refused with the line and the true reason`, () => {
    const { keys, faults } = readPublicKeys(`ssh-ed25519 ${ED} first\n${line}\n`);
    assert.equal(keys.length, 1);
    assert.equal(faults[0]?.line, 2);
    assert.match(faults[0]?.problem ?? "", problem);
  });
