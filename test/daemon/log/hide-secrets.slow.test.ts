/** The program that stores output removes secrets first. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { redact } from "../../../daemon/log/redact.ts";

const keeper = join(import.meta.dirname, "../../../daemon/executor/keep-output.py");
const folder = mkdtempSync(join(tmpdir(), "muster-redaction-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

/** The content of the file after these pieces, one after the other. */
async function stored(pieces: readonly Buffer[]): Promise<string> {
  const file = join(folder, `${++files}`);
  const child = spawn("python3", [keeper, file, `${1024 * 1024}`, `${file}.result`], { stdio: ["pipe", "ignore", "inherit"] });
  for (const piece of pieces) {
    child.stdin.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.stdin.end();
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
  return readFileSync(file, "utf8");
}

const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\n${"QUJDREVGR0hJSktM\n".repeat(40)}-----END OPENSSH PRIVATE KEY-----`;
const SECRETS = [
  `mk_0123abcd_${"5".repeat(64)}`,
  `mt_${"a1".repeat(32)}`,
  "ghp_abcdefghijklmnop1234",
  "Authorization: Bearer abcdefgh.ijklmnop",
  "password: hunter2hunter2",
  '{"api_key": "0123456789"}',
  "postgres://muster:s3cretword@db/muster",
  KEY,
];

test("a secret never reaches the file, and the result equals that of the daemon", async () => {
  const text = SECRETS.map((secret, n) => `line ${n}: ${secret} and more\n`).join("");
  const kept = await stored([Buffer.from(text)]);
  assert.equal(kept, redact(text));
  for (const told of ["hunter2", "0123456789", "s3cretword", "QUJDREVG", "ghp_", "ijklmnop", "555555"])
    assert.ok(!kept.includes(told), told);
  assert.match(kept, /line 7: \[redacted\] and more\n$/);
});

test("a secret in two pieces is found, wherever it is split", async () => {
  const text = Buffer.from(`before\n${SECRETS.join("\n")}\nafter without an end`);
  const whole = redact(text.toString());
  for (const { cut } of fc.sample(fc.record({ cut: fc.integer({ min: 1, max: text.length - 1 }) }), 12))
    assert.equal(await stored([text.subarray(0, cut), text.subarray(cut)]), whole, `cut at ${cut}`);
});

test("a private key without an end hides the lines that may belong to it, and no more", async () => {
  const kept = await stored([Buffer.from(`-----BEGIN RSA PRIVATE KEY-----\n${"x".repeat(63)}\n`.padEnd(20_000, "y\n"))]);
  assert.ok(kept.startsWith("[redacted]"));
  assert.ok(!kept.includes("xxx"));
});

test("an unfinished line is stored when the output ends, and a very long line before that", async () => {
  assert.equal(await stored([Buffer.from("half a li")]), "half a li");
  const long = "z".repeat(300_000);
  assert.equal(await stored([Buffer.from(long)]), long);
});
