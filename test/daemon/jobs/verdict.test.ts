/** The results of runs, from the messages of real ansible-playbook runs (ansible-messages.json). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as z from "zod";
import { Recap } from "../../../daemon/contract/jobs/job.ts";
import type { RunOutcome } from "../../../daemon/contract/jobs/run-messages.ts";
import { hintFor } from "../../../daemon/jobs/hints.ts";
import { isWorthAnotherTry, verdict } from "../../../daemon/jobs/verdict.ts";

const Recorded = z.object({
  runs: z.array(
    z.object({
      name: z.string(),
      exitCode: z.int(),
      recap: Recap.optional(),
      failedTask: z.object({ name: z.string(), message: z.string() }).optional(),
      error: z.string().optional(),
    }),
  ),
});
const { runs } = Recorded.parse(JSON.parse(readFileSync(join(import.meta.dirname, "ansible-messages.json"), "utf8")));

const endedAt = "2026-03-01T10:00:00.000Z";
const allZero = { ok: 0, changed: 0, unreachable: 0, failures: 0, skipped: 0, rescued: 0, ignored: 0 };

function recorded(name: string) {
  const run = runs.find((each) => each.name === name);
  assert(run, name);
  const { exitCode, recap, error, failedTask } = run;
  const outcome: RunOutcome = {
    ended: "exited",
    exitCode,
    endedAt,
    ...((recap || exitCode === 0) && { recap: recap ? { n1: recap } : {} }),
    ...(error && { error }),
  };
  return { said: verdict(outcome, "n1", failedTask), evidence: failedTask?.message ?? error ?? "" };
}

const table = [
  ["unreachable", "unreachable", "unreachable", /^unreachable: ssh: connect to host 127\.0\.0\.1 port 9: Connection refused$/],
  ["host-key", "unreachable", "host-key-changed", /^unreachable: WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!$/],
  ["refused", "unreachable", "login-refused", /^unreachable: root@127\.0\.0\.1: Permission denied \(publickey\)\.$/],
  ["sudo", "task", "sudo", /^task "become" failed: sudo: a password is required$/],
  ["undefined", "task", "undefined-variable", /'common_motd' is undefined/],
  ["undefined-key", "task", "undefined-variable", /has no attribute 'default_ipv4'/],
  ["bad-yaml", "playbook", "bad-yaml", /did not find expected '-' indicator, \S+bad-yaml\.yaml line 5$/],
  ["collection", "playbook", "missing-collection", /couldn't resolve module\/action 'community\.general\.ufw'/],
  ["filter", "task", "missing-collection", /unable to locate collection community\.general/],
  ["role", "playbook", "missing-role", /the role 'nothing_here' was not found/],
  ["python", "task", "python-missing", /python9: not found|set the interpreter/],
  ["full-copy", "task", "disk-full", /No space left on device/],
  ["full-command", "task", "disk-full", /^task "full disk command" failed: dd: .*No space left on device$/],
  ["apt-lock", "task", "package-lock", /Could not get lock \S+lock\. It is held by process/],
  ["dpkg-lock", "task", "package-lock", /dpkg frontend lock was locked by another process/],
  ["no-host", "no-host", "no-host", /ran on no host: n1 matched none/],
  ["no-match", "no-host", undefined, /ran on no host: n1 matched none/],
  ["assertion", "task", undefined, /^task "fail" failed: this disk is too small for a node$/],
  ["nolog", "task", undefined, /^task "no_log" failed: hidden by no_log$/],
] as const;

for (const [name, cause, trouble, summary] of table) {
  test(`recorded run "${name}": failed for ${cause}${trouble ? `, hint for ${trouble}` : ""}`, () => {
    const { said, evidence } = recorded(name);
    assert.equal(said.status, "failed");
    assert.equal(said.result.cause, cause);
    assert.match(said.result.summary, summary);
    assert.equal(hintFor(evidence)?.trouble, trouble);
    assert.equal(said.result.hint, hintFor(name === "no-match" ? "no hosts matched" : evidence)?.hint);
  });
}

test("every recorded run is in the table, so that a new one cannot be forgotten", () => {
  assert.deepEqual(runs.map(({ name }) => name).toSorted(), table.map(([name]) => name).toSorted());
});

test("of all of them, only the node that did not answer is worth another try", () => {
  assert.deepEqual(
    runs.filter(({ name }) => isWorthAnotherTry(recorded(name).said)).map(({ name }) => name),
    ["unreachable"],
  );
});

test("exit code 0 is no success: not without the node in the recap, not with nothing done, not with a failure", () => {
  const exited = (recap: Record<string, Recap> | undefined) =>
    verdict({ ended: "exited", exitCode: 0, endedAt, ...(recap && { recap }) }, "n1", undefined);
  assert.equal(exited(undefined).status, "failed");
  assert.equal(exited({ other: { ...allZero, ok: 3 } }).result.cause, "no-host");
  assert.equal(exited({ n1: { ...allZero, skipped: 4 } }).result.cause, "no-host");
  assert.equal(exited({ n1: { ...allZero, ok: 3, failures: 1 } }).result.cause, "task");
  assert.equal(exited({ n1: { ...allZero, ok: 3, unreachable: 1 } }).result.cause, "unreachable");
});

test("a success counts its changes and names no failed task, though one was rescued", () => {
  const recap = { ...allZero, ok: 5, changed: 2, rescued: 1 };
  const said = verdict({ ended: "exited", exitCode: 0, recap: { n1: recap }, endedAt }, "n1", { name: "risky", message: "rescued" });
  assert.deepEqual(said, { status: "succeeded", result: { summary: "5 tasks, 2 changes", exitCode: 0, recap } });
});

test("a node that failed a task and then went away has failed: that is not tried again", () => {
  const recap = { n1: { ...allZero, ok: 1, failures: 1, unreachable: 1 } };
  const said = verdict({ ended: "exited", exitCode: 4, recap, endedAt }, "n1", { name: "last", message: "Connection refused" });
  assert.equal(said.result.cause, "task");
  assert.ok(!isWorthAnotherTry(said));
});

test("how a run was ended from outside is told apart", () => {
  const ended = (word: RunOutcome["ended"]) => verdict({ ended: word, exitCode: null, endedAt }, "n1", undefined);
  assert.deepEqual(
    (["cancelled", "timed-out", "interrupted", "lost", "not-started"] as const).map((word) => [
      ended(word).status,
      ended(word).result.cause,
    ]),
    [
      ["cancelled", undefined],
      ["timed-out", "deadline"],
      ["interrupted", "interrupted"],
      ["interrupted", "interrupted"],
      ["failed", "not-started"],
    ],
  );
});

test("a run whose processes were killed is no failure of the playbook, and says how it ended", () => {
  const killed = verdict({ ended: "lost", exitCode: 137, endedAt }, "n1", undefined);
  assert.partialDeepStrictEqual(killed, { status: "interrupted", result: { summary: "it was killed (exit code 137)" } });
  const worker = verdict({ ended: "exited", exitCode: 1, error: "ERROR! A worker was found in a dead state", endedAt }, "n1", undefined);
  assert.equal(worker.status, "interrupted");
});

test("of a wave, who was cancelled is cancelled, whatever its tasks came to; the others are judged by their own counts", () => {
  const recap = { n1: { ...allZero, ok: 2, failures: 1 }, n2: { ...allZero, ok: 3 }, n3: allZero };
  const outcome: RunOutcome = { ended: "exited", exitCode: 2, recap, cancelledNodes: ["n1", "n3"], endedAt };
  assert.equal(verdict(outcome, "n1", { name: "hold", message: "killed" }).status, "cancelled");
  assert.equal(verdict(outcome, "n2", undefined).status, "succeeded");
  assert.equal(verdict(outcome, "n3", undefined).result.summary, "cancelled before its first task");
});

test("a full disk of the control node is not blamed on the node", () => {
  assert.match(hintFor("Unexpected failure during module execution: [Errno 28] No space left on device")?.hint ?? "", /control node/);
});

test("a run that ends well without a report is no run on no host, and the hint names ansible.cfg", () => {
  const said = verdict({ ended: "exited", exitCode: 0, endedAt }, "n1", undefined);
  assert.equal(said.status, "failed");
  assert.equal(said.result.cause, "playbook");
  assert.match(said.result.summary, /without a report to Muster, so what it did on n1 is not known/);
  assert.match(said.result.hint ?? "", /ansible\.cfg/);
});

test("a changed host key and an unknown one get different advice, and none that erases the disk", () => {
  const changed = [
    "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.",
    "Host key for [10.0.0.5]:22 has changed and you have requested strict checking.\r\nHost key verification failed.",
  ];
  const unknown = [
    "No ED25519 host key is known for 10.0.0.5 and you have requested strict checking.\r\nHost key verification failed.",
    "Host key verification failed.",
    "hostkeys_foreach failed for /srv/%n/known_hosts: Permission denied",
    "load_hostkeys: fopen /srv/node/known_hosts: Permission denied",
  ];
  for (const [trouble, texts, first] of [
    ["host-key-changed", changed, /muster quarantine/],
    ["host-key-unknown", unknown, /muster doctor/],
  ] as const)
    for (const text of texts) {
      const found = hintFor(text);
      assert.equal(found?.trouble, trouble, text);
      assert.match(found?.hint ?? "", first);
      assert.match(found?.hint ?? "", /muster token create --node/);
      assert.doesNotMatch(found?.hint ?? "", /\barm\b|install it again|wipe|reprovision/);
    }
});

for (const message of [
  "Attempting to decrypt but no vault secrets found",
  "Decryption failed (no vault secrets were found that could decrypt) on /srv/ansible/group_vars/all.yaml",
  "The vault password file /srv/ansible/nofile was not found",
  "A vault password must be specified to decrypt data",
])
  test(`"${message}" has a hint that names the setting`, () => {
    const hint = hintFor(message);
    assert.equal(hint?.trouble, "vault-password");
    assert.match(hint?.hint ?? "", /vault_password_file in ansible\.cfg/);
  });
