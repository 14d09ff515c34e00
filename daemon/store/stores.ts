/** Creates all stores of one database. */
import { AlertStore } from "./admin/alerts.ts";
import { Happenings } from "./admin/happenings.ts";
import { KeyStore } from "./admin/keys.ts";
import { ApprovalStore } from "./changes/approvals.ts";
import { ExecutionStore } from "./changes/executions.ts";
import { NodeHoldStore } from "./changes/node-holds.ts";
import { PlanStore } from "./changes/plans.ts";
import { StepActStore } from "./changes/step-acts.ts";
import { type Db, openDatabase } from "./database.ts";
import { EventStore } from "./events.ts";
import { HistoryStore } from "./jobs/history.ts";
import { JobStore } from "./jobs/jobs.ts";
import { RunStore } from "./jobs/runs.ts";
import { ScheduleStore } from "./jobs/schedules.ts";
import { ClaimStore } from "./machines/claims.ts";
import { EnrolTokenStore } from "./machines/enrol-tokens.ts";
import { HostKeyStore } from "./machines/host-keys.ts";
import { NodeStore } from "./machines/nodes.ts";
import { RackStore } from "./machines/racks.ts";
import { Registry } from "./machines/registry.ts";
import { TokenStore } from "./machines/tokens.ts";
import { ArpProxyTable } from "./netboot/arp-proxies.ts";
import { DhcpServerTable } from "./netboot/dhcp-servers.ts";
import { LeaseTable } from "./netboot/leases.ts";
import { QuirkStore } from "./netboot/quirks.ts";

export interface Stores {
  db: Db;
  nodes: NodeStore;
  events: EventStore;
  registry: Registry;
  jobs: JobStore;
  history: HistoryStore;
  runs: RunStore;
  schedules: ScheduleStore;
  plans: PlanStore;
  approvals: ApprovalStore;
  executions: ExecutionStore;
  stepActs: StepActStore;
  nodeHolds: NodeHoldStore;
  tokens: TokenStore;
  enrolTokens: EnrolTokenStore;
  claims: ClaimStore;
  keys: KeyStore;
  leases: LeaseTable;
  dhcpServers: DhcpServerTable;
  arpProxies: ArpProxyTable;
  quirks: QuirkStore;
  racks: RackStore;
  hostKeys: HostKeyStore;
  alerts: AlertStore;
  happenings: Happenings;
}

export const openStores = (file: string): Stores => storesOf(openDatabase(file));

export function storesOf(db: Db): Stores {
  const nodes = new NodeStore(db);
  const events = new EventStore(db);
  return {
    db,
    nodes,
    events,
    registry: new Registry(db, nodes, events),
    jobs: new JobStore(db),
    history: new HistoryStore(db),
    runs: new RunStore(db),
    schedules: new ScheduleStore(db),
    plans: new PlanStore(db),
    approvals: new ApprovalStore(db),
    executions: new ExecutionStore(db),
    stepActs: new StepActStore(db),
    nodeHolds: new NodeHoldStore(db),
    tokens: new TokenStore(db),
    enrolTokens: new EnrolTokenStore(db),
    claims: new ClaimStore(db),
    keys: new KeyStore(db),
    leases: new LeaseTable(db),
    dhcpServers: new DhcpServerTable(db),
    arpProxies: new ArpProxyTable(db),
    quirks: new QuirkStore(db),
    racks: new RackStore(db),
    hostKeys: new HostKeyStore(db),
    alerts: new AlertStore(db),
    happenings: new Happenings(db),
  };
}
