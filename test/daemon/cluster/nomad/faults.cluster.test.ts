/** The clients when Nomad has no leader, is away, refuses a token, lost its state or drops a stream. With the stand-in. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type JobSummary, listJobs } from "../../../../daemon/cluster/nomad/jobs.ts";
import { openNomad } from "../../../../daemon/cluster/nomad/nomad.ts";
import { registerJob } from "../../../../daemon/cluster/nomad/register.ts";
import { type EventNews, followEvents } from "../../../../daemon/cluster/nomad/streams/follow-events.ts";
import { taskOutput } from "../../../../daemon/cluster/nomad/streams/task-output.ts";
import { type Observation, watch } from "../../../../daemon/cluster/wire/watch.ts";
import { startNomadStandIn } from "../../../support/cluster/nomad-stand-in/stand-in.ts";
import { until } from "../../../support/until.ts";

async function lab(t: TestContext, token?: string) {
  const standIn = await startNomadStandIn();
  const nomad = openNomad({ url: standIn.url, token, tokenSetting: "cluster.nomad.token_file" });
  t.after(async () => {
    await nomad.close();
    await standIn.close();
  });
  const call = { signal: t.signal };
  const job = (ID: string) => ({
    ID,
    Type: "service",
    TaskGroups: [{ Name: "g", Tasks: [{ Name: "t", Driver: "raw_exec", Config: { command: "/bin/sleep" } }] }],
  });
  const run = (id: string) => registerJob(nomad, { job: job(id), jobModifyIndex: 0 }, call);
  return { standIn, nomad, call, run };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Collects what a watch of the jobs sees, as short words. */
function watched(t: TestContext, { nomad }: { nomad: Awaited<ReturnType<typeof lab>>["nomad"] }) {
  const seen: string[] = [];
  const end = new AbortController();
  const word = (news: Observation<JobSummary[]>) =>
    news.kind === "value" ? news.value.map(({ ID }) => ID).join() || "none" : news.kind === "failed" ? news.failure.code : news.kind;
  const done = (async () => {
    for await (const news of watch((read) => listJobs(nomad, "*", read), { signal: end.signal, waitSeconds: 1, pause })) {
      const next = word(news);
      if (next !== "unchanged" && next !== seen.at(-1)) seen.push(next);
    }
  })();
  t.after(async () => {
    end.abort();
    await done;
  });
  return seen;
}

test("servers without a leader, and an agent that is away, are failures with their own names, until they are back", async (t) => {
  const { standIn, nomad, run } = await lab(t);
  const seen = watched(t, { nomad });
  await until("the list is empty", () => seen.at(-1) === "none");
  standIn.trouble.noLeader = true;
  standIn.disconnect();
  await until("there is no leader", () => seen.at(-1) === "CLUSTER_NO_LEADER");
  standIn.trouble.noLeader = false;
  await until("the list is back", () => seen.at(-1) === "none");
  await standIn.goAway();
  await until("the agent is away", () => seen.at(-1) === "CLUSTER_UNREACHABLE");
  await standIn.comeBack();
  await run("a");
  await until("the job is seen", () => seen.at(-1) === "a");
});

test("after a restore, a watch does not wait for an index of the past", async (t) => {
  const { standIn, nomad, run } = await lab(t);
  const seen = watched(t, { nomad });
  for (const id of ["a", "b", "c"]) await run(id);
  await until("all jobs are seen", () => seen.at(-1) === "a,b,c");
  standIn.restore(5);
  await run("d");
  await until("the new job is seen", () => seen.at(-1) === "a,b,c,d");
});

test("a token that is refused is named by its setting", async (t) => {
  const { standIn, nomad, call } = await lab(t, "wrong");
  standIn.trouble.token = "right";
  await assert.rejects(listJobs(nomad, "*", call), {
    code: "CLUSTER_FORBIDDEN",
    message: /cluster\.nomad\.token_file is missing, or its token may not/,
  });
});

test("after a stream broke, the list contains what happened in between, also more than Nomad keeps", async (t) => {
  const { standIn, nomad, run } = await lab(t);
  const end = new AbortController();
  const news: EventNews<JobSummary[]>[] = [];
  const { promise: readyAgain, resolve: goOn } = Promise.withResolvers<void>();
  const list = () => listJobs(nomad, "*", { signal: end.signal });
  t.after(() => end.abort());
  const done = (async () => {
    for await (const each of followEvents(nomad, { topics: ["Job"], namespace: "*", list, signal: end.signal, pause: () => readyAgain }))
      news.push(each);
  })();
  const keys = () => news.flatMap((each) => (each.kind === "events" ? each.events.map(({ Key }) => Key) : []));
  const listed = () => news.findLast((each) => each.kind === "listed")?.value.map(({ ID }) => ID) ?? [];
  await until("the stream is connected", () => news.some(({ kind }) => kind === "alive"));
  await run("a");
  await until("the event arrives", () => keys().includes("a"));
  standIn.disconnect();
  await until("the stream fails", () => news.at(-1)?.kind === "failed");
  for (let at = 0; at < 40; at++) await run(`b${at}`);
  goOn();
  await until("the list is complete", () => listed().length === 41);
  await until("the second list of the new stream is there", () => news.at(-1)?.kind === "alive" || news.at(-1)?.kind === "events");
  await run("c");
  await until("events arrive again", () => keys().includes("c"));
  end.abort();
  await done;
});

test("events of restored servers, which have lower indexes, begin with a new list", async (t) => {
  const { standIn, nomad, run } = await lab(t);
  const end = new AbortController();
  const news: EventNews<JobSummary[]>[] = [];
  const list = () => listJobs(nomad, "*", { signal: end.signal });
  t.after(() => end.abort());
  const done = (async () => {
    for await (const each of followEvents(nomad, { topics: ["Job"], namespace: "*", list, signal: end.signal, pause })) news.push(each);
  })();
  for (const id of ["a", "b", "c"]) await run(id);
  await until(
    "the events arrive",
    () => JSON.stringify(news).includes('"Key":"c"') || JSON.stringify(news.findLast(({ kind }) => kind === "listed")).includes('"c"'),
  );
  const lists = () => news.filter(({ kind }) => kind === "listed").length;
  const before = lists();
  standIn.restore(3);
  await run("d");
  await until("the list is read again", () => lists() > before);
  end.abort();
  await done;
});

test("if the node of an allocation is down, the events of the task answer with the reason", async (t) => {
  const { standIn, nomad, call, run } = await lab(t);
  await run("a");
  await until("it runs", () => [...standIn.world.allocations.rows.values()][0]?.ClientStatus === "running");
  const { ID } = standIn.allocation("a");
  standIn.nodeDown("n1");
  const output = await taskOutput(nomad, { allocation: ID, task: "t", output: "stdout" }, { bytes: 100 }, call);
  assert.deepEqual([output.from, "why" in output && output.why], ["task-events", "No path to node"]);
});

test("a task that was killed for its memory says so", async (t) => {
  const { standIn, run } = await lab(t);
  await run("a");
  await until("it runs", () => [...standIn.world.allocations.rows.values()][0]?.ClientStatus === "running");
  standIn.end(standIn.allocation("a"), "t", { outOfMemory: true });
  const { ClientStatus, TaskStates } = standIn.allocation("a", "a.g[0]");
  assert.equal(ClientStatus, "failed");
  assert.equal(TaskStates?.t?.Events.find(({ Type }) => Type === "Terminated")?.Details.oom_killed, "true");
});
