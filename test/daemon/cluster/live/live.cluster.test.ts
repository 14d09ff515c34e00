/**
 * The live model with a real Consul and the stand-in for Nomad. The stand-in starts no program and has one server, so
 * elections and the quorum of Nomad are not shown here.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type TestContext, test } from "node:test";
import { type Consul, openConsul } from "../../../../daemon/cluster/consul/consul.ts";
import { LiveCluster } from "../../../../daemon/cluster/live/live-cluster.ts";
import { deregisterJob } from "../../../../daemon/cluster/nomad/job-actions.ts";
import { type Nomad, openNomad } from "../../../../daemon/cluster/nomad/nomad.ts";
import { registerJob } from "../../../../daemon/cluster/nomad/register.ts";
import { startConsul, withoutConsul } from "../../../support/cluster/consul-agent.ts";
import { startNomadStandIn } from "../../../support/cluster/nomad-stand-in/stand-in.ts";
import { until } from "../../../support/until.ts";

/** Pauses are short, so that the test does not wait for them. */
const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, Math.min(ms, 50));
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

function follow(t: TestContext, { consul, nomad }: { consul?: Consul; nomad?: Nomad }, now?: () => number): LiveCluster {
  const live = new LiveCluster({
    consul,
    nomad,
    pause,
    ...(now && { now }),
    broken: (_, error) => assert.fail(error as Error),
  });
  live.start();
  t.after(() => live.stop());
  return live;
}

const spec = (ID: string, Count = 1) => ({
  ID,
  Type: "service",
  TaskGroups: [{ Name: "g", Count, Tasks: [{ Name: "t", Driver: "raw_exec", Config: { command: "/bin/sleep" } }] }],
});

async function nomadLab(t: TestContext, now?: () => number) {
  const standIn = await startNomadStandIn();
  const nomad = openNomad({ url: standIn.url });
  t.after(async () => {
    await nomad.close();
    await standIn.close();
  });
  const live = follow(t, { nomad }, now);
  const state = () => live.state().nomad;
  const isFresh = () => state().standing.state === "fresh";
  const workload = (id: string) => state().workloads?.rows.find((row) => row.id === id);
  const run = (id: string, count?: number) => registerJob(nomad, { job: spec(id, count), jobModifyIndex: 0 }, { signal: t.signal });
  return { standIn, nomad, live, state, isFresh, workload, run };
}

test("Consul is fresh, unreachable after its death with the last members, and fresh again", { skip: withoutConsul }, async (t) => {
  const first = await startConsul(t);
  const consul = openConsul({ url: first.url });
  t.after(() => consul.close());
  const live = follow(t, { consul });
  assert.deepEqual([live.state().consul.standing.state, live.state().members], ["unreachable", undefined]);
  const standing = () => live.state().consul.standing.state;
  await until("Consul is fresh", () => standing() === "fresh");
  const { consul: seen, members, nomad } = live.state();
  assert.deepEqual(members?.rows, [{ name: "n1", address: "127.0.0.1", consul: "alive" }]);
  assert.deepEqual(seen.servers?.quorum, { voters: 1, needed: 1, alive: 1 });
  assert.deepEqual(
    seen.servers?.servers.map(({ name, leader }) => [name, leader]),
    [["n1", true]],
  );
  assert.deepEqual(nomad, { standing: { state: "absent" } });

  await fetch(`${first.url}/v1/agent/service/register`, {
    method: "PUT",
    body: JSON.stringify({ Name: "web", Check: { TTL: "1h", Status: "critical" } }),
  });
  const web = () => live.state().consul.services?.rows.find(({ name }) => name === "web");
  await until("the failing service is seen", () => web()?.critical === 1);
  await fetch(`${first.url}/v1/agent/check/pass/service:web`, { method: "PUT" });
  await until("the service passes", () => web()?.passing === 1);

  await first.program.kill();
  await until("Consul is unreachable", () => standing() === "unreachable");
  assert.equal(live.state().members?.total, 1);
  await startConsul(t, { port: Number(new URL(first.url).port), node: "n2" });
  await until("Consul is fresh again", () => standing() === "fresh");
  await until(
    "the new member is seen",
    () =>
      live
        .state()
        .members?.rows.map(({ name }) => name)
        .join() === "n2",
  );
});

test("without a token, Consul with access control is unreachable and its lists are unknown", { skip: withoutConsul }, async (t) => {
  const { url } = await startConsul(t, { acl: true });
  const consul = openConsul({ url });
  t.after(() => consul.close());
  const live = follow(t, { consul });
  const reason = () => {
    const { standing } = live.state().consul;
    return standing.state === "unreachable" ? standing.reason : "";
  };
  await until("the token is named", () => reason().includes("cluster.consul.token_file"));
  assert.deepEqual([live.state().members, live.state().consul.services], [undefined, undefined]);
});

test("a job appears, fails and is stopped", async (t) => {
  const { standIn, nomad, state, isFresh, workload, run } = await nomadLab(t);
  await until("Nomad is fresh", isFresh);
  assert.deepEqual([state().workloads?.total, state().servers?.quorum.needed], [0, 1]);
  await run("web", 2);
  await until("both run", () => workload("web")?.groups[0]?.running === 2);
  assert.deepEqual(workload("web")?.groups, [{ name: "g", running: 2, desired: 2 }]);
  standIn.end(standIn.allocation("web", "web.g[0]"), "t", { exitCode: 1 });
  await until("one has failed", () => state().allocations?.rows.some(({ status }) => status === "failed") === true);
  await deregisterJob(nomad, { namespace: "default", id: "web" }, { purge: false }, { signal: t.signal });
  await until("it is stopped", () => workload("web")?.stopped === true && workload("web")?.groups[0]?.running === 0);
  assert.deepEqual(workload("web")?.groups[0]?.desired, 0);
});

test("a dropped stream, a restore and an agent that was away lose nothing", async (t) => {
  const { standIn, state, isFresh, workload, run } = await nomadLab(t);
  await run("a");
  await until("a is seen", () => workload("a") !== undefined && isFresh());
  standIn.disconnect();
  await run("b");
  await until("b is seen", () => workload("b") !== undefined && isFresh());
  standIn.restore(5);
  await run("c");
  await until("c is seen", () => workload("c") !== undefined && isFresh());
  await standIn.goAway();
  await until("Nomad is unreachable", () => state().standing.state === "unreachable");
  assert.equal(state().workloads?.total, 3);
  await standIn.comeBack();
  await until("Nomad is fresh", isFresh);
  standIn.trouble.noLeader = true;
  standIn.disconnect();
  await until("Nomad has no leader", () => state().standing.state === "no-leader");
  standIn.trouble.noLeader = false;
  await until("Nomad is fresh after the election", isFresh);
});

test("a start without trouble reports only that the model is up to date, and then each change of the state", async (t) => {
  const standIn = await startNomadStandIn();
  const nomad = openNomad({ url: standIn.url });
  const told: string[] = [];
  const live = new LiveCluster({
    consul: undefined,
    nomad,
    pause,
    changed: (service, { state }) => void told.push(`${service} ${state}`),
    broken: (_, error) => assert.fail(error as Error),
  });
  live.start();
  t.after(async () => {
    await live.stop();
    await nomad.close();
    await standIn.close();
  });
  await until("Nomad is fresh", () => live.state().nomad.standing.state === "fresh");
  assert.deepEqual(told, ["Nomad fresh"]);
  await standIn.goAway();
  await until("Nomad is unreachable", () => told.at(-1) === "Nomad unreachable");
  await standIn.comeBack();
  await until("Nomad is fresh again", () => told.at(-1) === "Nomad fresh");
  assert.deepEqual(told, ["Nomad fresh", "Nomad unreachable", "Nomad fresh"]);
});

test("300 members and 2,000 allocations are listed and followed", async (t) => {
  const { standIn, live, isFresh, workload, run } = await nomadLab(t);
  for (let n = 2; n <= 300; n++) standIn.addNode({ name: `n${n}` });
  await run("big");
  await until("the first one runs", () => workload("big")?.groups[0]?.running === 1);
  // The stand-in is slow at placing, so it gets the other allocations as they are.
  const one = standIn.allocation("big");
  for (let n = 1; n < 2000; n++) {
    const ID = randomUUID();
    standIn.world.put(standIn.world.allocations, ID, { ...one, ID, Name: `big.g[${n}]` }, "AllocationUpdated");
  }
  const total = () => live.state().nomad.allocations?.total;
  await until("all members and allocations are seen", () => live.state().members?.total === 300 && total() === 2000 && isFresh());
  assert.equal(workload("big")?.groups[0]?.running, 2000);
  standIn.disconnect();
  standIn.nodeDown("n300");
  await until("the change of a member is seen", () => live.state().members?.rows.some(({ nomad }) => nomad === "down") === true);
  assert.equal(total(), 2000);
});
