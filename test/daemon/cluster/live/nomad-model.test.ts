/** From the news of Nomad to the model: events, old events, a gap, a failure, and an index that goes backwards. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterView } from "../../../../daemon/cluster/live/cluster-view.ts";
import { emptyNomad, type NomadModel, type NomadNews, reduceNomad } from "../../../../daemon/cluster/live/nomad-model.ts";
import { type NomadObjects, tableOf } from "../../../../daemon/cluster/live/nomad-objects.ts";
import type { AllocationRow, JobRow } from "../../../../daemon/cluster/live/nomad-rows.ts";
import type { NomadEvent } from "../../../../daemon/cluster/nomad/streams/events.ts";
import { NoLeader, Unreachable } from "../../../../daemon/errors/cluster-failures.ts";

const job = (id: string, modifyIndex: number, more: Partial<JobRow> = {}): JobRow => ({
  namespace: "default",
  id,
  type: "service",
  status: "running",
  stopped: false,
  version: 0,
  groups: [{ name: "g", count: 2 }],
  jobModifyIndex: modifyIndex,
  modifyIndex,
  ...more,
});
const allocation = (id: string, jobId: string, modifyIndex: number, more: Partial<AllocationRow> = {}): AllocationRow => ({
  id,
  name: `${jobId}.g[0]`,
  namespace: "default",
  job: jobId,
  group: "g",
  node: "n1",
  desired: "run",
  status: "running",
  reason: "",
  modifyIndex,
  ...more,
});

const objects = (index: number, jobs: JobRow[], allocations: AllocationRow[] = []): NomadObjects => ({
  nodes: tableOf([], index, ({ id }) => id),
  jobs: tableOf(jobs, index, ({ namespace, id }) => JSON.stringify([namespace, id])),
  allocations: tableOf(allocations, index, ({ id }) => id),
  deployments: tableOf([], index, ({ id }) => id),
});

const listed = (value: NomadObjects, index: number): NomadNews => ({
  part: "objects",
  news: { kind: "listed", value, index, knownLeader: true, lastContactMs: 0 },
});
const events = (...all: Partial<NomadEvent>[]): NomadNews => ({
  part: "objects",
  news: {
    kind: "events",
    index: Math.max(...all.map(({ Index = 0 }) => Index)),
    events: all.map((one) => ({
      Topic: "Job",
      Type: "JobRegistered",
      Key: "",
      Namespace: "default",
      FilterKeys: [],
      Index: 0,
      Payload: undefined,
      ...one,
    })),
  },
});
const failed = (failure = new Unreachable("Nomad", "connection refused")): NomadNews => ({
  part: "objects",
  news: { kind: "failed", failure, failures: 1 },
});
const alive: NomadNews = { part: "objects", news: { kind: "alive" } };
const servers = (leader: string | undefined): NomadNews => ({
  part: "servers",
  news: {
    agents: [],
    servers: { ...(leader !== undefined && { leader }), quorum: { voters: 3, needed: 2, alive: 1 }, servers: [] },
  },
});

const jobEvent = (ID: string, index: number, more: object = {}): Partial<NomadEvent> => ({
  Topic: "Job",
  Index: index,
  Payload: {
    Job: {
      ID,
      Namespace: "default",
      Type: "service",
      Status: "running",
      Version: 1,
      TaskGroups: [{ Name: "g", Count: 2 }],
      ModifyIndex: index,
      ...more,
    },
  },
});
const allocationEvent = (ID: string, JobID: string, index: number, ClientStatus: string): Partial<NomadEvent> => ({
  Topic: "Allocation",
  Index: index,
  Payload: { Allocation: { ID, JobID, Namespace: "default", TaskGroup: "g", DesiredStatus: "run", ClientStatus, ModifyIndex: index } },
});

const after = (...news: NomadNews[]): NomadModel => news.reduce((model, each, step) => reduceNomad(model, each, step * 1000), emptyNomad);
const viewAfter = (...news: NomadNews[]) => clusterView(undefined, after(...news), (news.length - 1) * 1000).nomad;
const jobsAfter = (...news: NomadNews[]) =>
  viewAfter(...news).workloads?.rows.map(({ id, version, status }) => `${id} v${version} ${status}`);

const base = () => listed(objects(100, [job("a", 90)], [allocation("1", "a", 95)]), 100);

const jobTable: [string, NomadNews[], string[] | undefined][] = [
  ["before the first list, the jobs are unknown and not empty", [servers("x")], undefined],
  ["an empty list is an empty list", [listed(objects(1, []), 1)], []],
  ["a new job appears", [base(), events(jobEvent("b", 101))], ["a v0 running", "b v1 running"]],
  ["a job changes", [base(), events(jobEvent("a", 101, { Status: "dead", Version: 2 }))], ["a v2 dead"]],
  ["an event that the list already contains changes nothing", [base(), events(jobEvent("a", 99))], ["a v0 running"]],
  ["an old event does not bring back a purged job", [base(), events(jobEvent("gone", 100))], ["a v0 running"]],
  [
    "an object that is older than the known one is ignored",
    [base(), events(jobEvent("a", 105)), events(jobEvent("a", 103, { Version: 9 }))],
    ["a v1 running"],
  ],
  ["after a gap, the new list replaces everything", [base(), failed(), listed(objects(300, [job("c", 290)]), 300)], ["c v0 running"]],
  ["a list with a lower index replaces everything too", [base(), listed(objects(5, [job("r", 4)]), 5)], ["r v0 running"]],
  ["after a lower index, events with low indexes count", [base(), listed(objects(5, []), 5), events(jobEvent("r", 6))], ["r v1 running"]],
  ["a failure keeps the last good list", [base(), failed()], ["a v0 running"]],
  ["an event without an object is left for the next list", [base(), events({ Topic: "Job", Index: 101, Payload: null })], ["a v0 running"]],
  [
    "an event with half of an object is left for the next list",
    [base(), events({ Index: 101, Payload: { Job: { ID: "a" } } })],
    ["a v0 running"],
  ],
  [
    "an event of another topic is ignored",
    [base(), events({ Topic: "Service", Index: 101, Payload: { Job: { ID: "x" } } })],
    ["a v0 running"],
  ],
];
for (const [name, news, wanted] of jobTable) test(name, () => assert.deepEqual(jobsAfter(...news), wanted));

test("running and desired are counted per group, and a stopped job wants nothing", () => {
  const groups = (...news: NomadNews[]) => viewAfter(...news).workloads?.rows[0]?.groups;
  assert.deepEqual(groups(base()), [{ name: "g", running: 1, desired: 2 }]);
  assert.deepEqual(groups(base(), events(allocationEvent("2", "a", 101, "running"))), [{ name: "g", running: 2, desired: 2 }]);
  assert.deepEqual(groups(base(), events(allocationEvent("1", "a", 101, "failed"))), [{ name: "g", running: 0, desired: 2 }]);
  assert.deepEqual(groups(base(), events(jobEvent("a", 101, { Stop: true }))), [{ name: "g", running: 1, desired: 0 }]);
  assert.deepEqual(groups(listed(objects(9, [job("s", 9, { type: "system" })]), 9)), [{ name: "g", running: 0 }]);
});

test("a node that is removed leaves the members", () => {
  const node = (Type: string, index: number) => ({
    Topic: "Node",
    Type,
    Index: index,
    Payload: {
      Node: { ID: "x", Name: "n9", HTTPAddr: "10.0.0.9:4646", Status: "ready", SchedulingEligibility: "eligible", ModifyIndex: 101 },
    },
  });
  const members = (...news: NomadNews[]) => clusterView(undefined, after(...news), 0).members?.rows;
  assert.deepEqual(members(base(), events(node("NodeRegistration", 101))), [
    { name: "n9", address: "10.0.0.9", nomad: "ready", eligible: true, draining: false },
  ]);
  assert.deepEqual(members(base(), events(node("NodeRegistration", 101)), events(node("NodeDeregistration", 102))), []);
});

const standingTable: [string, NomadNews[], string][] = [
  ["nothing has arrived", [], "unreachable"],
  ["only the servers have answered", [servers("x")], "unreachable"],
  ["both parts have answered", [base(), servers("x")], "fresh"],
  ["the stream failed", [base(), servers("x"), failed()], "unreachable"],
  ["a heartbeat alone does not end a failure", [base(), servers("x"), failed(), alive], "unreachable"],
  ["a new list ends a failure", [base(), servers("x"), failed(), base()], "fresh"],
  ["the servers have no leader", [base(), servers(undefined)], "no-leader"],
  ["no leader explains an unreachable stream", [base(), servers(undefined), failed()], "no-leader"],
  ["the stream reports that there is no leader", [base(), servers("x"), failed(new NoLeader("Nomad", "No cluster leader"))], "no-leader"],
];
for (const [name, news, wanted] of standingTable)
  test(`${name}: ${wanted}`, () => assert.equal(clusterView(undefined, after(...news), news.length * 1000).nomad.standing.state, wanted));

test("an answer that is too old is stale, with its age", () => {
  const standing = clusterView(undefined, after(base(), servers("x")), 120_000).nomad.standing;
  assert.deepEqual([standing.state, "ageSeconds" in standing && standing.ageSeconds], ["stale", 120]);
});

test("without a leader, the servers and the missing quorum are still shown", () => {
  assert.deepEqual(viewAfter(servers(undefined)).servers, { quorum: { voters: 3, needed: 2, alive: 1 }, servers: [] });
});
