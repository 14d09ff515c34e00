/** A request for each route that succeeds for an allowed caller, with everything that the request needs in the stores. */
import { AuditLog } from "../../daemon/audit/log.ts";
import type { Job } from "../../daemon/contract/jobs/job.ts";
import type { Node, NodeState } from "../../daemon/contract/machines/node.ts";
import type { RouteName } from "../../daemon/contract/routes.ts";
import { type DeskLab, diskUsage, person, restartSsh } from "./changes/changes.ts";
import type { Served } from "./dhcp/served.ts";
import { quarantineIn } from "./machines/quarantine.ts";
import { addNode, type World } from "./world.ts";

const at = new Date().toISOString();

export const jobOf = (node: Node): Job => ({
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
export const unused = () => `unused-${serial++}`;
const node = ({ world }: Served, state: NodeState = { phase: "accepted" }) => addNode(world, state).name;

/** Stores an address that is set aside. It is in the database only. */
function declined({ leases }: World): string {
  const address = `10.0.0.${10 + (serial++ % 10)}`;
  const cause = { kind: "declined", by: "52:54:00:00:00:01" } as const;
  leases.save({ mac: `declined ${address}`, address, state: "declined", expiresAt: Date.now() + 60_000, cause });
  return address;
}

function rack({ racks }: World): string {
  const name = unused();
  racks.save({ name, kind: "rack", rows: 42, columns: 1 });
  return name;
}

const enrolToken = ({ enrolTokens }: Served["world"]) =>
  enrolTokens.issue({ role: "worker", uses: 1, createdBy: "test", expiresAt: "2099-01-01T00:00:00.000Z" }, new Date());

function schedule({ world }: Served): string {
  const name = unused();
  world.schedules.add({ name, playbook: "look", nodes: "all", cron: "@daily", createdBy: "test", createdAt: at, next: at });
  return name;
}

/** A change that waits for approval, and a read-only step that is at work. */
const asked = (lab: DeskLab) => lab.desk.propose(restartSsh(lab.node(unused()).name), person(unused()));
const looking = (lab: DeskLab) => lab.desk.propose(diskUsage(lab.node(unused()).name), person(unused())).execution?.id;

function interrupted(lab: DeskLab): string {
  // Earlier executions of the test occupy all places, and an execution that waits for a place cannot be interrupted.
  for (const { id } of lab.world.executions.atWork())
    lab.desk.receive({ type: "executed", executionId: id, status: "succeeded", steps: [] });
  const id = looking(lab) ?? "";
  lab.desk.receive({ type: "executed", executionId: id, status: "failed", steps: [{ id: "1", status: "unknown" }], interrupted: true });
  return id;
}

const callHome = {
  ip_address: "10.0.0.1",
  hostname: "n1",
  token: "t".repeat(32),
  mac: "52:54:00:00:00:01",
  ssh_host_key: `ssh-ed25519 ${"A".repeat(68)}`,
};

/** A machine with a valid token that is kept out. */
function claim(world: World): string {
  const mac = `02:00:00:00:01:${(serial++).toString(16).padStart(2, "0")}`;
  quarantineIn(world).keepOut(
    { ...callHome, hostname: unused(), mac, token: enrolToken(world).token, facts: {} },
    undefined,
    "made for a test",
  );
  return world.claims.list().find((each) => each.mac === mac)?.id ?? "";
}

/** For each route a request that succeeds every time for an allowed caller. A route without one does not compile. */
export const requests: Record<RouteName, (served: Served) => { path: string; body?: object }> = {
  health: () => ({ path: "/health" }),
  status: () => ({ path: "/api/status" }),
  listNodes: () => ({ path: "/api/nodes" }),
  addNode: () => ({ path: "/api/nodes", body: { mac: `02:00:00:00:00:${(serial++).toString(16).padStart(2, "0")}`, name: unused() } }),
  getNode: (served) => ({ path: `/api/nodes/${node(served)}` }),
  acceptNode: (served) => ({ path: `/api/nodes/${node(served, { phase: "discovered" })}/accept` }),
  armNode: (served) => ({ path: `/api/nodes/${node(served)}/arm` }),
  disarmNode: (served) => ({ path: `/api/nodes/${node(served, { phase: "armed", profile: "image", until: at })}/disarm` }),
  reprovisionNode: (served) => ({ path: `/api/nodes/${node(served, { phase: "ready", since: at })}/reprovision` }),
  forgetNodes: (served) => ({ path: "/api/nodes/forget", body: { nodes: [node(served, { phase: "discovered" })] } }),
  replaceMachine: (served) => ({ path: `/api/nodes/${node(served)}/replaced` }),
  addCard: ({ world }) => {
    const { name, macs } = addNode(world, { phase: "accepted" });
    return { path: `/api/nodes/${name}/cards`, body: { mac: macs[0]?.replace("52:54:00", "52:54:01") } };
  },
  removeCard: ({ world }) => {
    const known = addNode(world, { phase: "accepted" });
    const [mac = ""] = known.macs;
    const second = mac.replace("52:54:00", "52:54:02");
    world.registry.update(known.id, (was) => ({
      node: { ...was, macs: [mac, second] },
      event: { source: "control", type: "test", summary: "" },
    }));
    return { path: `/api/nodes/${known.name}/cards/${second}` };
  },
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
  listAlerts: () => ({ path: "/api/alerts" }),
  listRacks: () => ({ path: "/api/racks" }),
  saveRack: () => ({ path: "/api/racks", body: { name: unused(), kind: "rack", rows: 42 } }),
  removeRack: ({ world }) => ({ path: `/api/racks/${rack(world)}` }),
  placeNode: (served) => ({ path: `/api/nodes/${node(served)}/place`, body: { rack: rack(served.world), row: 7 } }),
  unplaceNode: (served) => ({ path: `/api/nodes/${node(served)}/place` }),
  daemonLog: () => ({ path: "/api/log" }),
  doctor: () => ({ path: "/api/doctor" }),
  notifications: () => ({ path: "/api/notifications" }),
  webUis: () => ({ path: "/api/web_uis" }),
  listModels: () => ({ path: "/api/models" }),
  planModel: () => ({ path: "/api/models/llama-8b/plan" }),
  cluster: () => ({ path: "/api/cluster" }),
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
  releaseQuarantine: ({ world }) => ({ path: `/api/quarantine/${claim(world)}/release`, body: {} }),
  discardQuarantine: ({ world }) => ({ path: `/api/quarantine/${claim(world)}/discard` }),
  listAudit: () => ({ path: "/api/audit" }),
  exportAudit: () => ({ path: "/api/audit/export" }),
  eraseFromAudit: ({ world }) => {
    const name = unused();
    new AuditLog(world.db).append({ action: "change", actor: { keyId: "k", name, role: "viewer" }, subject: "test", summary: "test" });
    return { path: "/api/audit/erasures", body: { name } };
  },
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
  listTools: () => ({ path: "/api/tools" }),
  searchRunbooks: () => ({ path: "/api/runbooks?symptom=slow" }),
  propose: ({ lab }) => ({ path: "/api/proposals", body: diskUsage(lab.node(unused()).name) }),
  getPlan: ({ lab }) => ({ path: `/api/plans/${asked(lab).work.id}` }),
  listApprovals: () => ({ path: "/api/approvals" }),
  getApproval: ({ lab }) => ({ path: `/api/approvals/${asked(lab).approval?.id}` }),
  voteApproval: ({ lab }) => ({ path: `/api/approvals/${asked(lab).approval?.id}/vote`, body: { answer: "deny" } }),
  withdrawApproval: ({ lab }) => ({ path: `/api/approvals/${asked(lab).approval?.id}/withdraw` }),
  listExecutions: () => ({ path: "/api/executions" }),
  getExecution: ({ lab }) => ({ path: `/api/executions/${looking(lab)}` }),
  cancelExecution: ({ lab }) => ({ path: `/api/executions/${looking(lab)}/cancel` }),
  resumeExecution: ({ lab }) => ({ path: `/api/executions/${interrupted(lab)}/resume`, body: {} }),
  executePlan: ({ lab }) => {
    const { plan, hash } = lab.desk.propose(restartSsh(lab.node(unused()).name), person(unused()), { dryRun: true }).work;
    return { path: "/execute-plan", body: { execution_id: unused(), plan: { plan, hash }, tenant_id: "acme", actor_id: unused() } };
  },
  provisioningStatuses: () => ({ path: "/api/provisioning/status" }),
  provisioningStatus: (served) => ({ path: `/api/provisioning/status/${withJob(served).nodeName}` }),
};
