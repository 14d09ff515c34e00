/** The executor's list of voters is read whole, or not at all. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readVoters, writeVoters } from "../../../../daemon/changes/votes/voters-file.ts";
import { keyOf, now, registered } from "./question.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-voters-"));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, "voters.yaml");
const [bea, cem] = [keyOf("bea"), keyOf("cem")];
const since = now.toISOString();

test("without a file the list is empty", () => {
  assert.deepEqual(readVoters(join(folder, "none.yaml")), []);
});

test("a written list can be read again, and other users cannot read it", () => {
  const voters = [
    { ...registered(bea), since },
    { ...registered(cem, "admin"), since },
  ];
  writeVoters(file, voters);
  assert.deepEqual(readVoters(file), voters);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

const line = (name: string, key: string, role = "operator") =>
  `  - { name: ${name}, role: ${role}, public_key: "${key}", since: "${since}" }\n`;
const broken: [what: string, text: string, says: RegExp][] = [
  ["one name twice, spelled otherwise", line("bea", bea.publicKey) + line('" BEA"', cem.publicKey), /BEA is in it twice/],
  ["one key under two names", line("bea", bea.publicKey) + line("cem", bea.publicKey), /bea and cem have the same key: that is one person/],
  ["a role that has no vote", line("bea", bea.publicKey, "agent"), /role/],
  ["a key of another curve", line("bea", "p256:AAAA"), /not a voter's public key/],
  ["an unknown key", `${line("bea", bea.publicKey)}quorum: 0\n`, /quorum/],
  ["no list", "  bea\n", /expected array/],
];
for (const [what, text, says] of broken)
  test(`a list with ${what} is not taken in part`, () => {
    writeFileSync(file, `voters:\n${text}`);
    assert.throws(() => readVoters(file), { code: "VOTERS_INVALID", message: says });
    assert.ok(readFileSync(file, "utf8").endsWith(text), "it was left as it is");
  });
