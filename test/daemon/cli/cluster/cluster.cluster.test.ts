/** `muster cluster` with the real program and the real daemon, which follows the stand-in for Nomad. Consul is not configured. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openNomad } from "../../../../daemon/cluster/nomad/nomad.ts";
import { registerJob } from "../../../../daemon/cluster/nomad/register.ts";
import { startNomadStandIn } from "../../../support/cluster/nomad-stand-in/stand-in.ts";
import { untilFound } from "../../../support/until.ts";
import { muster, startDaemon, temporary } from "../muster.ts";

test("a running job is listed, and a Nomad that is away is named with exit code 1 and the last known list", async (t) => {
  const standIn = await startNomadStandIn();
  const nomad = openNomad({ url: standIn.url });
  const place = temporary();
  const daemon = await startDaemon(place.folder, `cluster: { nomad: { url: "${standIn.url}" } }\n`);
  t.after(async () => {
    await daemon.stop();
    await nomad.close();
    await standIn.close();
    place.remove();
  });
  const ask = (...args: string[]) => muster(["cluster", ...args], daemon.env);
  const web = { ID: "web", Type: "service", TaskGroups: [{ Name: "g", Count: 2, Tasks: [{ Name: "t", Driver: "raw_exec" }] }] };
  await registerJob(nomad, { job: web, jobModifyIndex: 0 }, { signal: t.signal });

  const listed = await untilFound("the job runs", async () => {
    const jobs = await ask("jobs");
    return /2\/2/.test(jobs.out) ? jobs : undefined;
  });
  assert.deepEqual([listed.code, listed.err], [0, ""]);
  assert.match(listed.out, /^JOB +TYPE.*\nweb +service +running +0 +2\/2/);
  const status = await ask("status");
  assert.equal(status.code, 0);
  assert.match(
    status.out,
    /Consul: not configured\n→ .*cluster\.consul\.url[\s\S]*Nomad: fresh\nLeader 127\.0\.0\.1:\d+; 1 of 1 servers alive, 1 needed/,
  );
  const nodes = JSON.parse((await ask("nodes", "--json")).out) as { members: { rows: unknown[] } };
  assert.deepEqual(nodes.members.rows, [{ name: "n1", address: "127.0.0.1", nomad: "ready", eligible: true, draining: false }]);
  const services = await ask("services");
  assert.deepEqual([services.code, /cluster\.consul\.url/.test(services.out)], [1, true]);

  await standIn.goAway();
  const away = await untilFound("the daemon sees it", async () => {
    const jobs = await ask("jobs");
    return jobs.code === 1 ? jobs : undefined;
  });
  assert.match(away.out, /^Nomad: unreachable: .+\n→ Check the address.*\nIts last answer is \d+ s old\.\n\nJOB[\s\S]*web/);
});
