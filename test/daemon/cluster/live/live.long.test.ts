/** The live model with the real Nomad that MUSTER_NOMAD names: the payloads of its events, and a job that it purges without an event. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveCluster } from "../../../../daemon/cluster/live/live-cluster.ts";
import { deregisterJob } from "../../../../daemon/cluster/nomad/job-actions.ts";
import { openNomad } from "../../../../daemon/cluster/nomad/nomad.ts";
import { registerJob } from "../../../../daemon/cluster/nomad/register.ts";
import { startNomadAgent, withoutNomad } from "../../../support/cluster/nomad-agent.ts";
import { until } from "../../../support/until.ts";

test("a job of a real Nomad appears, fails, is replaced, stopped and purged", { skip: withoutNomad }, async (t) => {
  const agent = await startNomadAgent();
  const nomad = openNomad({ url: agent.url });
  const live = new LiveCluster({ consul: undefined, nomad, broken: (_, error) => assert.fail(error as Error) });
  live.start();
  const call = { signal: t.signal };
  const id = { namespace: "default", id: "web" };
  let gone = true;
  t.after(async () => {
    // The tasks would outlive the agent.
    const left = { signal: new AbortController().signal };
    if (!gone) await deregisterJob(nomad, id, { purge: true }, left);
    await live.stop();
    await nomad.close();
    await agent.stop();
  });
  const state = () => live.state().nomad;
  const web = () => state().workloads?.rows.find((row) => row.id === "web");
  await until("Nomad is fresh", () => state().standing.state === "fresh");
  assert.deepEqual(
    live.state().members?.rows.map(({ name, nomad, eligible }) => [name, nomad, eligible]),
    [["n1", "ready", true]],
  );
  assert.deepEqual(state().servers?.quorum, { voters: 1, needed: 1, alive: 1 });

  const job = (command: string) => ({
    ID: "web",
    Type: "service",
    Datacenters: ["*"],
    TaskGroups: [
      {
        Name: "g",
        Count: 2,
        RestartPolicy: { Attempts: 0, Mode: "fail", Interval: 60e9, Delay: 1e9 },
        Tasks: [{ Name: "t", Driver: "raw_exec", Config: { command, args: ["600"] }, Resources: { CPU: 20, MemoryMB: 20 } }],
      },
    ],
  });
  const first = await registerJob(nomad, { job: job("/bin/sleep"), jobModifyIndex: 0 }, call);
  gone = false;
  await until("both run", () => web()?.groups[0]?.running === 2 && web()?.status === "running");
  await until("the deployment is seen", () => web()?.lastDeployment?.version === 0);
  await registerJob(nomad, { job: job("/bin/false"), jobModifyIndex: first.JobModifyIndex }, call);
  await until(
    "the new version fails",
    () => web()?.version === 1 && state().allocations?.rows.some(({ status }) => status === "failed") === true,
  );
  await deregisterJob(nomad, id, { purge: false }, call);
  await until("it is stopped", () => web()?.stopped === true && web()?.groups[0]?.running === 0);
  await deregisterJob(nomad, id, { purge: true }, call);
  gone = true;
  await until("it is gone", () => web() === undefined);
  assert.equal(state().standing.state, "fresh");
});
