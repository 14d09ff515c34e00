/** A playbook run seen from the command line: a machine enrols with a token, and its job is watched, left alone and asked about. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { launch, muster, outcome, type Running, startDaemon, temporary } from "./muster.ts";

const missing = spawnSync("ansible-playbook", ["--version"]).status === 0 ? undefined : "ansible-playbook is not installed";
if (missing) console.log(`skipped: ${missing}`);
const options = missing === undefined ? {} : { skip: missing };

const place = temporary();
let daemon: Running;
before(async () => {
  daemon = await startDaemon(place.folder);
});
after(async () => {
  await daemon.stop();
  place.remove();
});

const mac = "52:54:00:00:01:01";

/** Its address answers no SSH with this key, so the run ends as failed; that is all this test needs of it. */
async function enrol(): Promise<void> {
  await muster(["accept", mac, "--name", "enrolled"], daemon.env);
  const { token } = JSON.parse((await muster(["token", "create", "--node", "enrolled", "--json"], daemon.env)).out) as { token: string };
  const body = { ip_address: "127.0.0.1", hostname: "enrolled", token, mac, ssh_host_key: `ssh-ed25519 ${"A".repeat(68)}` };
  const response = await fetch(`${daemon.url}/api/ready-for-provisioning`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 202, await response.text());
}

test("Ctrl-C leaves a followed job alone; followed to its failed end it says so with exit code 1", options, async () => {
  await enrol();
  const watching = launch(["job", "enrolled", "--follow"], daemon.env);
  const ended = outcome(watching);
  assert(watching.stdout);
  await once(watching.stdout, "data");
  watching.kill("SIGINT");
  const left = await ended;
  assert.equal(left.code, 130, left.err);
  assert.match(left.err, /^muster: enrolled-\S+ goes on without being watched\n→ .*muster job enrolled-\S+ --follow/);

  const followed = await muster(["job", "enrolled", "--follow"], daemon.env);
  assert.equal(followed.code, 1);
  assert.match(followed.out, /PLAY RECAP.*\nfailed: /s);

  const jobs = JSON.parse((await muster(["jobs", "--json"], daemon.env)).out) as { id: string; status: string; createdAt: string }[];
  assert.deepEqual(
    jobs.map(({ status }) => status),
    ["failed"],
  );
  const id = jobs[0]?.id ?? "";
  assert.match((await muster(["jobs"], daemon.env)).out, new RegExp(`^ID .*\n${id} +failed +\\d+ (s|min) ago`));

  const cancelled = await muster(["cancel", id], daemon.env);
  assert.equal(cancelled.code, 1);
  assert.match(cancelled.err, /\n→ Only a queued or running job can be cancelled/);

  const lines = (await muster(["job", id, "--follow", "--json"], daemon.env)).out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  assert.ok("output" in (lines[0] ?? {}));
  assert.equal((lines.at(-1) as { status?: string }).status, "failed");
});
