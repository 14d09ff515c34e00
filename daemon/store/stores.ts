/** All stores over one database. */
import { AlertStore } from "./alerts.ts";
import { ApprovalStore } from "./approvals.ts";
import { ClaimStore } from "./claims.ts";
import { type Db, openDatabase } from "./database.ts";
import { DhcpServerTable } from "./dhcp-servers.ts";
import { EnrolTokenStore } from "./enrol-tokens.ts";
import { EventStore } from "./events.ts";
import { ExecutionStore } from "./executions.ts";
import { Happenings } from "./happenings.ts";
import { HostKeyStore } from "./host-keys.ts";
import { JobStore } from "./jobs.ts";
import { KeyStore } from "./keys.ts";
import { LeaseTable } from "./leases.ts";
import { NodeHoldStore } from "./node-holds.ts";
import { NodeStore } from "./nodes.ts";
import { PlanStore } from "./plans.ts";
import { QuirkStore } from "./quirks.ts";
import { RackStore } from "./racks.ts";
import { Registry } from "./registry.ts";
import { RunStore } from "./runs.ts";
import { ScheduleStore } from "./schedules.ts";
import { TokenStore } from "./tokens.ts";

export interface Stores {
  db: Db;
  nodes: NodeStore;
  events: EventStore;
  registry: Registry;
  jobs: JobStore;
  runs: RunStore;
  schedules: ScheduleStore;
  plans: PlanStore;
  approvals: ApprovalStore;
  executions: ExecutionStore;
  nodeHolds: NodeHoldStore;
  tokens: TokenStore;
  enrolTokens: EnrolTokenStore;
  claims: ClaimStore;
  keys: KeyStore;
  leases: LeaseTable;
  dhcpServers: DhcpServerTable;
  quirks: QuirkStore;
  racks: RackStore;
  hostKeys: HostKeyStore;
  alerts: AlertStore;
  happenings: Happenings;
}

export function openStores(file: string): Stores {
  const db = openDatabase(file);
  const nodes = new NodeStore(db);
  const events = new EventStore(db);
  return {
    db,
    nodes,
    events,
    registry: new Registry(db, nodes, events),
    jobs: new JobStore(db),
    runs: new RunStore(db),
    schedules: new ScheduleStore(db),
    plans: new PlanStore(db),
    approvals: new ApprovalStore(db),
    executions: new ExecutionStore(db),
    nodeHolds: new NodeHoldStore(db),
    tokens: new TokenStore(db),
    enrolTokens: new EnrolTokenStore(db),
    claims: new ClaimStore(db),
    keys: new KeyStore(db),
    leases: new LeaseTable(db),
    dhcpServers: new DhcpServerTable(db),
    quirks: new QuirkStore(db),
    racks: new RackStore(db),
    hostKeys: new HostKeyStore(db),
    alerts: new AlertStore(db),
    happenings: new Happenings(db),
  };
}
