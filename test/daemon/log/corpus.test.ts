/** A corpus of secrets and similar harmless texts, for both programs that remove secrets: the daemon and the one that stores output. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { redact } from "../../../daemon/log/redact.ts";
import { entry } from "../../../daemon/machines/inventory/todo.ts";

const folder = join(import.meta.dirname, "../../../daemon/log");
const long = (letters: string, length: number) => letters.repeat(Math.ceil(length / letters.length)).slice(0, length);

/** A text with a secret, and the secret. All are invented. */
const secrets: [before: string, secret: string, after?: string][] = [
  ["", `mk_0123abcd_${long("5a", 64)}`],
  ["curl -fsS http://10.0.0.2:8000/enrol/", `mt_${long("b1", 64)}`, " | sh"],
  ["OPENAI ", `sk-${long("Ab9", 40)}`],
  ["", `sk-ant-${long("x9-Y", 40)}`],
  ["stripe ", `sk_live_${long("aZ0", 24)}`],
  ["google ", `AIza${long("Sy0_-", 35)}`],
  ["aws ", "AKIAIOSFODNN7ABCDEFG"],
  ["aws ", "ASIAIOSFODNN7ABCDEFG"],
  ["AWS_SECRET_ACCESS_KEY=", "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"],
  ["slack ", `xoxb-${long("12ab-", 40)}`],
  ["slack ", `xoxe-${long("1a-", 40)}`],
  ["post to https://hooks.slack.com/services/", "T00000000/B00000000/abcdefghijklmnopqrstuvwx"],
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"].map((start): [string, string] => ["git ", `${start}${long("aB3", 36)}`]),
  ["gitlab ", `glpat-${long("aB3_", 20)}`],
  ["npm ", `npm_${long("aB3", 36)}`],
  ["VAULT_TOKEN=", `hvs.${long("CAES", 40)}`],
  ["Authorization: Bearer ", "abcdefgh.ijklmnop-qrst"],
  ["authorization: basic ", "dXNlcjpodW50ZXIyMjIy"],
  ["cookie: muster_session=", long("0a1b", 64), "; path=/"],
  ["cookie: muster_session_0123abcd=", long("0a1b", 64), "; path=/"],
  ["id_token ", `eyJ${long("hbGci", 20)}.eyJ${long("zdWIi", 20)}.${long("SflKx", 20)}`],
  ["X-Nomad-Token: ", "2b778dd9-f5f1-6f29-b4b4-9a5fa948757a"],
  ["CONSUL_HTTP_TOKEN=", "2b778dd9-f5f1-6f29-b4b4-9a5fa948757a"],
  ["DB_PASSWORD=", "hunter2hunter2"],
  ["password: ", "hunter2hunter2"],
  ['{"password": "', "hunter2hunter2", '", "user": "x"}'],
  ["ansible_become_pass: ", "hunter2hunter2"],
  ["passphrase = ", "correct-horse"],
  ["api_key=", "0123456789abcdef"],
  ["--api-key=", "0123456789abcdef"],
  ["postgres://muster:", "s3cretword", "@db/muster"],
  ["https://oauth2:", "glptword99", "@gitlab.example/x.git"],
  ["", `-----BEGIN OPENSSH PRIVATE KEY-----\n${"QUJDREVGR0hJSktM\n".repeat(20)}-----END OPENSSH PRIVATE KEY-----`],
  ["", `-----BEGIN PRIVATE KEY-----\n${"QUJDREVGR0hJSktM\n".repeat(20)}-----END PRIVATE KEY-----`],
];

/** Harmless texts that must stay, because people search for them. */
const innocent = [
  "TASK [common : Install packages] ok: [rack1-n1]",
  'fatal: [n1]: UNREACHABLE! => {"msg": "Failed to connect to the host via ssh"}',
  "http://deb.debian.org/debian trixie InRelease",
  "2026-03-01T12:00:00.000Z dhcp ack 52:54:00:12:34:56 10.0.0.5",
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx public keys are public",
  "the token is used up, a new password is needed, no secret here",
  "completion_tokens 4096, key 3 of 5, task-based, monkey: banana",
  "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  "ghost_in_the_shell.txt, skip-tags, npm install, bearer of news",
];

const python = (text: string): string =>
  execFileSync(
    "python3",
    [
      "-c",
      `import sys; sys.path.insert(0, ${JSON.stringify(folder)})
from importlib import import_module
sys.stdout.buffer.write(import_module("hide-secrets").redact(sys.stdin.buffer.read()))`,
    ],
    {
      input: text,
      encoding: "utf8",
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    },
  );

for (const [who, hide] of [
  ["the daemon", redact],
  ["the program that stores output", python],
] as const) {
  test(`${who} removes every secret of the corpus and keeps the text around it`, () => {
    const shown = hide(secrets.map(([before, secret, after = ""], at) => `line ${at}: ${before}${secret}${after}`).join("\nend\n")).split(
      "\nend\n",
    );
    assert.equal(shown.length, secrets.length);
    for (const [at, [before, secret, after = ""]] of secrets.entries()) {
      assert.ok(!shown[at]?.includes(secret.slice(-12)), `${before}…: ${shown[at]}`);
      assert.match(shown[at] ?? "", new RegExp(`^line ${at}: .*\\[redacted\\]`), before);
      if (after !== "") assert.ok(shown[at]?.endsWith(after), `${before}…${after}: ${shown[at]}`);
    }
  });

  test(`${who} keeps texts that are not secrets`, () => {
    const text = innocent.join("\n");
    assert.equal(hide(text), text);
  });
}

test("no secret of the corpus reaches TODO.md", () => {
  for (const [before, secret, after = ""] of secrets) {
    const failure = { name: "n1", address: undefined, at: new Date(), job: { id: "j", playbook: "playbook.yaml" }, hint: undefined };
    const told = entry({ ...failure, summary: `failed: ${before}${secret}${after}`, log: `failed\n${before}${secret}${after}\n` });
    assert.ok(!told.includes(secret.slice(-12)), before);
  }
});
