/** Metrics in a scrape of the real API. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Job } from "../../../../daemon/contract/jobs/job.ts";
import { conclude } from "../../../../daemon/jobs/conclusion.ts";
import type { JobVerdict } from "../../../../daemon/jobs/verdict.ts";
import { type Served, serve } from "../../../support/dhcp/served.ts";
import { addNode } from "../../../support/world.ts";

async function scrape(served: Served): Promise<string[]> {
  const { status, headers, text } = await served.request("/metrics", { key: served.key("node") });
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  return text.split("\n");
}

const value = (lines: string[], series: string): number =>
  Number(
    lines
      .find((line) => line.startsWith(`${series} `))
      ?.split(" ")
      .at(-1),
  );

function running(served: Served, startedAt: string): Job {
  const node = addNode(served.world);
  const job: Job = {
    id: `job-${node.name}`,
    kind: "ansible",
    playbook: "playbook.yaml",
    nodeId: node.id,
    nodeName: node.name,
    status: "queued",
    attempt: 1,
    requestedBy: "test",
    createdAt: startedAt,
  };
  served.world.jobs.add(job);
  const begun: Job = { ...job, status: "running", startedAt };
  served.world.jobs.save(begun);
  return begun;
}

async function served(t: TestContext) {
  const api = await serve(t);
  const end = (job: Job, decided: JobVerdict, at: string) => conclude(api.world, job, decided, at);
  return { api, end };
}

test("jobs are counted by kind and status, and each one's duration once, whenever it is scraped", async (t) => {
  const { api, end } = await served(t);
  await scrape(api);
  const began = "2026-03-01T10:00:00.000Z";
  end(running(api, began), { status: "succeeded", result: { summary: "ok" } }, "2026-03-01T10:00:20.000Z");
  end(running(api, began), { status: "succeeded", result: { summary: "ok" } }, "2026-03-01T10:01:30.000Z");
  end(running(api, began), { status: "timed-out", result: { summary: "no", cause: "deadline" } }, "2026-03-01T11:00:00.000Z");
  await scrape(api);
  const lines = await scrape(api);
  assert.equal(value(lines, 'muster_jobs{kind="ansible",status="succeeded"}'), 2);
  assert.equal(value(lines, 'muster_jobs{kind="ansible",status="timed-out"}'), 1);
  assert.equal(value(lines, 'muster_job_duration_seconds_count{kind="ansible",status="succeeded"}'), 2);
  assert.equal(value(lines, 'muster_job_duration_seconds_sum{kind="ansible",status="succeeded"}'), 110);
  assert.equal(value(lines, 'muster_job_duration_seconds_bucket{le="30",kind="ansible",status="succeeded"}'), 1);
  assert.equal(value(lines, 'muster_job_duration_seconds_sum{kind="ansible",status="timed-out"}'), 3600);
});

test("the queue is as old as the job that waits longest for a place, not for its retry", async (t) => {
  const { api } = await served(t);
  assert.equal(value(await scrape(api), "muster_job_queue_age_seconds"), 0);
  const waiting = running(api, new Date(Date.now() - 90_000).toISOString());
  api.world.jobs.save({ ...waiting, status: "queued", retryAt: new Date(Date.now() + 60_000).toISOString() });
  assert.equal(value(await scrape(api), "muster_job_queue_age_seconds"), 0);
  api.world.jobs.save({ ...waiting, status: "queued" });
  const age = value(await scrape(api), "muster_job_queue_age_seconds");
  assert.ok(age >= 90 && age < 150, String(age));
});

test("call-homes are counted by outcome, also those that were no call-home at all", async (t) => {
  const { api } = await served(t);
  const path = "/api/ready-for-provisioning";
  assert.equal((await api.request(path, { method: "POST", body: "{}" })).status, 400);
  assert.equal((await api.request(path, { method: "POST", body: "{" })).status, 400);
  const lines = await scrape(api);
  assert.equal(value(lines, 'muster_call_homes_total{outcome="invalid"}'), 2);
  assert.equal(value(lines, 'muster_call_homes_total{outcome="accepted"}'), 0);
});

test("restarts of the daemon's processes are counted from the record, and nodes by phase", async (t) => {
  const { api } = await served(t);
  const exited = { source: "supervisor", type: "process.exited", summary: "netboot ended", detail: { process: "netboot" } } as const;
  api.world.events.append(exited);
  assert.equal(value(await scrape(api), 'muster_process_restarts_total{process="netboot"}'), 1);
  api.world.events.append(exited);
  addNode(api.world);
  const lines = await scrape(api);
  assert.equal(value(lines, 'muster_process_restarts_total{process="netboot"}'), 2);
  assert.equal(value(lines, 'muster_process_restarts_total{process="executor"}'), 0);
  assert.equal(value(lines, 'muster_nodes{phase="discovered"}'), 1);
});
