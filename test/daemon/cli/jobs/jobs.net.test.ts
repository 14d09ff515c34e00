/** `muster job`: a machine enrols with a token, and its job is followed, left running and listed. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { launch, outcome, withDaemon } from "../muster.ts";

const missing = spawnSync("ansible-playbook", ["--version"]).status === 0 ? undefined : "ansible-playbook is not installed";
if (missing) console.log(`skipped: ${missing}`);
const options = missing === undefined ? {} : { skip: missing };

const own = withDaemon();
const { ask } = own;

const mac = "52:54:00:00:01:01";

/** SSH to its address does not work, so the run fails. This test needs no more. */
async function enrol(): Promise<void> {
  await ask("accept", mac, "--name", "enrolled");
  const { token } = JSON.parse((await ask("token", "create", "--node", "enrolled", "--json")).out) as { token: string };
  const body = { ip_address: "127.0.0.1", hostname: "enrolled", token, mac, ssh_host_key: `ssh-ed25519 ${"A".repeat(68)}` };
  const response = await fetch(`${own.daemon.url}/api/ready-for-provisioning`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 202, await response.text());
}

test("Ctrl-C does not stop a followed job; following a job that fails ends with exit code 1", options, async () => {
  await enrol();
  const watching = launch(["job", "enrolled", "--follow"], own.daemon.env);
  const ended = outcome(watching);
  assert(watching.stdout);
  await once(watching.stdout, "data");
  watching.kill("SIGINT");
  const left = await ended;
  assert.equal(left.code, 130, left.err);
  assert.match(left.err, /^muster: enrolled-\S+ continues in the background\n→ .*muster job enrolled-\S+ --follow/);

  const followed = await ask("job", "enrolled", "--follow");
  assert.equal(followed.code, 1);
  assert.match(followed.out, /PLAY RECAP.*\nfailed: /s);

  const jobs = JSON.parse((await ask("jobs", "--json")).out) as { id: string; status: string; createdAt: string }[];
  assert.deepEqual(
    jobs.map(({ status }) => status),
    ["failed"],
  );
  const id = jobs[0]?.id ?? "";
  assert.match((await ask("jobs")).out, new RegExp(`^ID .*\n${id} +failed +\\d+ (s|min) ago`));

  const cancelled = await ask("cancel", id);
  assert.equal(cancelled.code, 1);
  assert.match(cancelled.err, /\n→ Only a queued or running job can be cancelled/);

  const lines = (await ask("job", id, "--follow", "--json")).out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  assert.ok("output" in (lines[0] ?? {}));
  assert.equal((lines.at(-1) as { status?: string }).status, "failed");
});
