/** Every route of the contract, asked by everyone: who gets what. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Job } from "../../../daemon/contract/job.ts";
import { Role } from "../../../daemon/contract/key.ts";
import type { Node, NodeState } from "../../../daemon/contract/node.ts";
import type { Route } from "../../../daemon/contract/route.ts";
import { type RouteName, routes } from "../../../daemon/contract/routes.ts";
import { followReleases } from "../../../daemon/netboot/lease-releases.ts";
import { silentLog } from "../../support/log.ts";
import { type Served, serve } from "../../support/served.ts";
import { addNode, type World } from "../../support/world.ts";

const at = new Date().toISOString();

const jobOf = (node: Node): Job => ({
  id: `job-of-${node.id}`,
  kind: "ansible",
  playbook: "playbook.yaml",
  nodeId: node.id,
  nodeName: node.name,
  status: "queued",
  attempt: 1,
  requestedBy: "test",
  createdAt: at,
});

function withJob({ world }: Served): Job {
  const job = jobOf(addNode(world, { phase: "configuring", jobId: "none", startedAt: at }));
  world.jobs.add(job);
  return job;
}

let serial = 0;
const unused = () => `unused-${serial++}`;
const node = ({ world }: Served, state: NodeState = { phase: "accepted" }) => addNode(world, state).name;

/** An address set aside, in the database alone. */
function declined({ leases }: World): string {
  const address = `10.0.0.${10 + (serial++ % 10)}`;
  const cause = { kind: "declined", by: "52:54:00:00:00:01" } as const;
  leases.save({ mac: `declined ${address}`, address, state: "declined", expiresAt: Date.now() + 60_000, cause });
  return address;
}

const enrolToken = ({ enrolTokens }: Served["world"]) =>
  enrolTokens.issue({ role: "worker", uses: 1, createdBy: "test", expiresAt: "2099-01-01T00:00:00.000Z" }, new Date());

function schedule({ world }: Served): string {
  const name = unused();
  world.schedules.add({ name, playbook: "look", nodes: "all", cron: "@daily", createdBy: "test", createdAt: at, next: at });
  return name;
}

const callHome = {
  ip_address: "10.0.0.1",
  hostname: "n1",
  token: "t".repeat(32),
  mac: "52:54:00:00:00:01",
  ssh_host_key: `ssh-ed25519 ${"A".repeat(68)}`,
};

/** A request that succeeds for whoever may ask, each time it is made. A route without one does not compile. */
const requests: Record<RouteName, (served: Served) => { path: string; body?: object }> = {
  health: () => ({ path: "/health" }),
  status: () => ({ path: "/api/status" }),
  listNodes: () => ({ path: "/api/nodes" }),
  addNode: () => ({ path: "/api/nodes", body: { mac: `02:00:00:00:00:${(serial++).toString(16).padStart(2, "0")}`, name: unused() } }),
  getNode: (served) => ({ path: `/api/nodes/${node(served)}` }),
  acceptNode: (served) => ({ path: `/api/nodes/${node(served, { phase: "discovered" })}/accept` }),
  armNode: (served) => ({ path: `/api/nodes/${node(served)}/arm` }),
  disarmNode: (served) => ({ path: `/api/nodes/${node(served, { phase: "armed", profile: "image", until: at })}/disarm` }),
  reprovisionNode: (served) => ({ path: `/api/nodes/${node(served)}/reprovision` }),
  retireNode: (served) => ({ path: `/api/nodes/${node(served)}/retire` }),
  wakeNode: (served) => ({ path: `/api/nodes/${node(served)}/wake` }),
  powerNode: (served) => ({ path: `/api/nodes/${node(served)}/power`, body: { action: "on" } }),
  nodePower: (served) => ({ path: `/api/nodes/${node(served)}/power` }),
  nodeEvents: (served) => ({ path: `/api/nodes/${node(served)}/events` }),
  captureNode: (served) => ({ path: `/api/nodes/${node(served)}/capture` }),
  explain: () => ({ path: "/api/explain/52:54:00:12:34:56" }),
  listEvents: () => ({ path: "/api/events" }),
  listJobs: () => ({ path: "/api/jobs" }),
  getJob: (served) => ({ path: `/api/jobs/${withJob(served).id}` }),
  jobOutput: (served) => ({ path: `/api/jobs/${withJob(served).id}/output` }),
  cancelJob: (served) => ({ path: `/api/jobs/${withJob(served).id}/cancel` }),
  listKeys: () => ({ path: "/api/keys" }),
  createKey: () => ({ path: "/api/keys", body: { name: unused(), role: "viewer" } }),
  revokeKey: ({ world }) => ({ path: `/api/keys/${world.keys.create(unused(), "viewer", new Date()).key.id}` }),
  createToken: (served) => ({ path: "/api/tokens", body: { node: node(served) } }),
  inventory: () => ({ path: "/api/inventory" }),
  joinGroup: (served) => ({ path: `/api/inventory/groups/gpu/${node(served)}` }),
  leaveGroup: (served) => ({ path: `/api/inventory/groups/gpu/${node(served)}` }),
  setVariable: (served) => ({ path: "/api/inventory/variables", body: { node: node(served), key: "rack", value: 4 } }),
  unsetVariable: (served) => ({ path: "/api/inventory/variables/unset", body: { node: node(served), key: "rack" } }),
  listTokens: () => ({ path: "/api/tokens" }),
  revokeToken: ({ world }) => ({ path: `/api/tokens/${enrolToken(world).kept.id}` }),
  enrolScript: ({ world }) => ({ path: `/enrol/${enrolToken(world).token}` }),
  listQuarantine: () => ({ path: "/api/quarantine" }),
  releaseQuarantine: () => ({ path: "/api/quarantine/1a2b3c4d/release", body: {} }),
  discardQuarantine: () => ({ path: "/api/quarantine/1a2b3c4d/discard" }),
  login: ({ key }) => ({ path: "/api/session", body: { key: key("viewer") } }),
  whoami: () => ({ path: "/api/session" }),
  logout: () => ({ path: "/api/session" }),
  callHome: () => ({ path: "/api/ready-for-provisioning", body: callHome }),
  listPlaybooks: () => ({ path: "/api/playbooks" }),
  runPlaybook: (served) => ({ path: "/api/runs", body: { playbook: "look", nodes: [node(served, { phase: "ready", since: at })] } }),
  rescueNode: (served) => ({ path: `/api/nodes/${node(served)}/rescue` }),
  promoteNode: (served) => ({ path: `/api/nodes/${node(served, { phase: "ready", since: at })}/promote` }),
  listSchedules: () => ({ path: "/api/schedules" }),
  addSchedule: () => ({ path: "/api/schedules", body: { name: unused(), playbook: "look", nodes: "all", cron: "@daily" } }),
  approveSchedule: (served) => ({ path: `/api/schedules/${schedule(served)}/approve` }),
  removeSchedule: (served) => ({ path: `/api/schedules/${schedule(served)}` }),
  endRescue: (served) => ({ path: `/api/nodes/${node(served, { phase: "rescue", since: at })}/rescue` }),
  wipeNode: (served) => {
    const name = node(served);
    return { path: `/api/nodes/${name}/wipe`, body: { confirm: name } };
  },
  network: () => ({ path: "/api/netboot/leases" }),
  releaseAddress: ({ world }) => ({ path: `/api/netboot/leases/${declined(world)}/release` }),
  listQuirks: () => ({ path: "/api/netboot/quirks" }),
  chooseQuirks: (served) => ({ path: `/api/nodes/${node(served)}/quirks`, body: { blockSize: 512 } }),
  forgetQuirks: (served) => {
    const known = addNode(served.world, { phase: "accepted" });
    served.world.quirks.choose(known.macs[0] ?? "", { blockSize: 512 });
    return { path: `/api/nodes/${known.name}/quirks` };
  },
  provisioningStatuses: () => ({ path: "/api/provisioning/status" }),
  provisioningStatus: (served) => ({ path: `/api/provisioning/status/${withJob(served).nodeName}` }),
};

const may = {
  public: ["nobody", ...Role.options],
  viewer: ["agent", "viewer", "operator", "admin"],
  proposer: ["agent", "operator", "admin"],
  operator: ["operator", "admin"],
  admin: ["admin"],
} satisfies Record<Route["access"], string[]>;

async function start(t: TestContext): Promise<Served> {
  const served: Served = await serve(t, {
    provision: (target) => jobOf(target),
    playbooks: () => ({ playbooks: [{ name: "look", does: "Looks.", readOnly: true, sha256: "0" }], refused: [] }),
    run: (targets) => targets.map(jobOf),
    cancel: (id) => served.world.jobs.find(id) ?? assert.fail("no such job"),
    receive: async () => {
      const target = addNode(served.world, { phase: "accepted" });
      return { node: target, job: jobOf(target) };
    },
    quarantine: {
      list: () => [],
      release: async () => {
        const target = addNode(served.world, { phase: "accepted" });
        return { node: target, job: jobOf(target) };
      },
      discard: () => ({
        id: "1a2b3c4d",
        state: "discarded",
        name: "n1",
        mac: callHome.mac,
        address: callHome.ip_address,
        hostKey: callHome.ssh_host_key,
        reason: "",
        tries: 1,
        firstAt: at,
        lastAt: at,
      }),
    },
    explain: (mac) => ({
      mac,
      phase: "unknown",
      seen: [],
      dhcp: { answer: "", rules: [], journal: [] },
      script: { action: "wait", reason: "", text: "" },
    }),
  });
  const { leases } = served.world;
  // As netboot does it, which has no pools here.
  const releases = followReleases({ leases, pools: () => [], settled: async () => undefined, log: silentLog }, 10);
  t.after(() => releases.close());
  return served;
}

for (const caller of ["nobody", ...Role.options] as const) {
  test(`${caller} gets what ${caller} may have, and no more`, async (t) => {
    const served = await start(t);
    const key = caller === "nobody" ? undefined : served.key(caller);
    const expected: Record<string, number> = {};
    const found: Record<string, number> = {};
    for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
      const refused = caller === "nobody" ? 401 : 403;
      expected[name] = (may[route.access] as string[]).includes(caller) ? (route.status ?? 200) : refused;
      const { path, body } = requests[name](served);
      const answer = await served.request(path, { method: route.method, ...(key && { key }), ...(body && { body: JSON.stringify(body) }) });
      found[name] = answer.status;
      if (answer.status >= 400) {
        const { error, message } = answer.body as { error: { code: string; message: string; hint: string }; message: string };
        assert.ok(error.code && error.hint && error.message === message, `${name}: ${answer.text}`);
      }
    }
    assert.deepEqual(found, expected);
  });
}

test("what needs no key is this and nothing else", () => {
  const open = Object.entries(routes).filter(([, { access }]) => access === "public");
  assert.deepEqual(open.map(([name]) => name).sort(), ["callHome", "enrolScript", "health", "login"]);
});

test("a change refused for the role changes nothing", async (t) => {
  const served = await start(t);
  const target = addNode(served.world, { phase: "accepted" });
  const before = served.world.events.lastSeq();
  for (const role of ["viewer", "agent", "node"] as const) {
    assert.equal((await served.request(`/api/nodes/${target.name}/arm`, { method: "POST", key: served.key(role) })).status, 403);
  }
  assert.equal(served.world.events.lastSeq(), before);
  assert.deepEqual(served.world.nodes.findById(target.id), target);
});

test("who may not ask learns nothing about what would have been valid", async (t) => {
  const served = await start(t);
  const broken = { method: "POST", body: "{" };
  assert.equal((await served.request("/api/keys", broken)).status, 401);
  assert.equal((await served.request("/api/keys", { ...broken, key: served.key("operator") })).status, 403);
  assert.equal((await served.request("/api/nodes/no-such-node", { key: served.key("node") })).status, 403);
});
