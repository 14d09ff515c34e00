/** The texts of `muster cluster`: each state with its next step, tables that fit 80 columns, and the exit code. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isUpToDate, showMembers, showServices, showStatus, showWorkloads } from "../../../../daemon/cli/cluster/show-cluster.ts";
import type { ClusterState } from "../../../../daemon/contract/cluster/cluster-state.ts";
import type { Standing } from "../../../../daemon/contract/cluster/standing.ts";

const fresh: Standing = { state: "fresh", ageSeconds: 1 };
const absent: Standing = { state: "absent" };
const trouble = { reason: "connection refused", next: "Start the agent." };
const unreachable: Standing = { state: "unreachable", ...trouble };
const noLeader: Standing = { state: "no-leader", reason: "its servers have no leader", next: "Wait for an election.", ageSeconds: 5 };
const stale: Standing = { state: "stale", ...trouble, ageSeconds: 90 };

const of = (consul: Standing, nomad: Standing, more: Partial<ClusterState> = {}): ClusterState => ({
  consul: { standing: consul },
  nomad: { standing: nomad },
  ...more,
});
const shows = { showStatus, showWorkloads, showServices, showMembers };

test("a state other than fresh is named with its reason and its next step, and no table is shown for what is unknown", () => {
  for (const [name, show] of Object.entries(shows))
    for (const [standing, said] of [
      [unreachable, /unreachable: connection refused\n→ Start the agent\.\nIt has not answered since the daemon started\./],
      [noLeader, /no leader: its servers have no leader\n→ Wait for an election\.\nIts last answer is 5 s old\./],
      [stale, /stale: connection refused\n→ Start the agent\.\nIts last answer is 90 s old\./],
    ] as const) {
      const text = show(of(standing, standing));
      assert.match(text, said, name);
      assert.doesNotMatch(text, /JOB|SERVICE|NODE|has no /, name);
    }
});

test("a service that is not configured names its setting", () => {
  assert.match(showStatus(of(absent, absent)), /Consul: not configured\n→ .*cluster\.consul\.url[\s\S]*Nomad: .*\n→ .*cluster\.nomad\.url/);
  assert.match(showServices(of(absent, fresh)), /cluster\.consul\.url/);
  assert.match(showWorkloads(of(fresh, absent)), /cluster\.nomad\.url/);
  assert.match(showMembers(of(absent, absent)), /cluster\.consul\.url/);
  assert.doesNotMatch(showMembers(of(fresh, absent, { members: { total: 0, rows: [] } })), /not configured/);
});

const both = ["consul", "nomad"] as const;
for (const [consul, nomad, needs, wanted] of [
  [fresh, fresh, both, true],
  [fresh, absent, both, true],
  [absent, absent, both, false],
  [fresh, unreachable, both, false],
  [stale, fresh, both, false],
  [noLeader, fresh, both, false],
  [unreachable, fresh, ["nomad"], true],
  [fresh, absent, ["nomad"], false],
] as const)
  test(`consul ${consul.state}, nomad ${nomad.state}, asked for ${needs.join(" and ")}: exit code ${wanted ? 0 : 1}`, () =>
    assert.equal(isUpToDate(of(consul, nomad), needs), wanted));

test("the quorum, the leader and the servers are shown, also without a leader", () => {
  const servers = {
    quorum: { voters: 3, needed: 2, alive: 1 },
    servers: [{ name: "s1", address: "10.0.0.1", state: "alive", leader: false }],
  };
  const text = showStatus({ consul: { standing: noLeader, servers }, nomad: { standing: absent } });
  assert.match(text, /No leader; 1 of 3 servers alive, 2 needed/);
  assert.match(text, /s1 +10\.0\.0\.1 +alive/);
  const led = showStatus({ consul: { standing: fresh, servers: { ...servers, leader: "10.0.0.1:8300" } }, nomad: { standing: absent } });
  assert.match(led, /Leader 10\.0\.0\.1:8300; /);
});

const long = "a-name-that-is-much-longer-than-any-column-of-a-terminal-should-be";
const workload = (id: string, more: Partial<NonNullable<ClusterState["nomad"]["workloads"]>["rows"][number]> = {}) => ({
  ...{
    namespace: "default",
    id,
    type: "service",
    status: "running",
    stopped: false,
    version: 3,
    groups: [{ name: "g", running: 1, desired: 2 }],
  },
  ...more,
});

test("the tables fit 80 columns", (t) => {
  process.env.COLUMNS = "80";
  t.after(() => delete process.env.COLUMNS);
  const groups = [
    { name: long, running: 1, desired: 2 },
    { name: "b", running: 0 },
  ];
  const lastDeployment = { id: "d", version: 3, status: "successful", description: "" };
  const state: ClusterState = {
    consul: { standing: fresh, services: { total: 1, rows: [{ name: long, passing: 1, warning: 0, critical: 2 }] } },
    nomad: { standing: fresh, workloads: { total: 1, rows: [workload(long, { groups, lastDeployment, type: "sysbatch" })] } },
    members: {
      total: 1,
      rows: [
        { name: long, address: "fd00:1234:5678::1234:5678", consul: "leaving", nomad: "disconnected", eligible: true, draining: true },
      ],
    },
  };
  for (const [name, show] of Object.entries(shows))
    for (const line of show(state).split("\n")) assert.ok(line.length <= 80, `${name}: ${line}`);
});

test("running and wanted allocations, stopped jobs, namespaces and a cut list are shown", () => {
  const rows = [
    workload("web"),
    workload("old", { stopped: true }),
    workload("x", { namespace: "ops", groups: [{ name: "s", running: 4 }] }),
  ];
  const text = showWorkloads({ consul: { standing: absent }, nomad: { standing: fresh, workloads: { total: 5, rows } } });
  assert.match(text, /web +service +running +3 +1\/2/);
  assert.match(text, /old +service +stopped/);
  assert.match(text, /ops\/x +service +running +3 +4$/m);
  assert.match(text, /2 more are not shown\./);
});

test("names from the cluster cannot write control characters into the terminal", () => {
  const state = of(fresh, fresh, { members: { total: 1, rows: [{ name: "n\u001b[31m1", address: "10.0.0.1" }] } });
  assert.ok(!showMembers(state).includes("\u001b"));
});

test("known lists are shown with their age if the service is away", () => {
  const text = showServices({
    consul: { standing: { ...stale }, services: { total: 1, rows: [{ name: "web", passing: 0, warning: 0, critical: 0 }] } },
    nomad: { standing: absent },
  });
  assert.match(text, /90 s old\.\n\nSERVICE[\s\S]*web +no checks/);
});
