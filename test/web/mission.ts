/** The real API with stores in memory. It serves the built page on 127.0.0.1 for the browser tests. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { alertRulesOf } from "../../daemon/admin/alerts/alerts.ts";
import { rulesInWords } from "../../daemon/admin/alerts/rules-in-words.ts";
import { buildApi } from "../../daemon/api/server.ts";
import { AuditLog } from "../../daemon/audit/log.ts";
import type { Clocks } from "../../daemon/changes/approvals/approvals.ts";
import type { Changes } from "../../daemon/changes/changes.ts";
import type { Voting } from "../../daemon/changes/votes/verify.ts";
import { AlertSettings } from "../../daemon/config/admin.ts";
import type { Check } from "../../daemon/contract/admin/doctor.ts";
import type { Role } from "../../daemon/contract/admin/key.ts";
import type { ClusterState } from "../../daemon/contract/cluster/cluster-state.ts";
import type { WebUi } from "../../daemon/contract/cluster/web-ui.ts";
import { DeclaredVariables } from "../../daemon/contract/jobs/declared-variable.ts";
import type { Explanation } from "../../daemon/contract/netboot/explanation.ts";
import { isLive } from "../../daemon/jobs/status.ts";
import { Quarantine } from "../../daemon/machines/enrol/quarantine.ts";
import { inventoryFor } from "../../daemon/machines/inventory/editing.ts";
import { Inventory } from "../../daemon/machines/inventory/inventory.ts";
import { networkNow } from "../../daemon/netboot/dhcp/network-now.ts";
import type { NetworkPlace } from "../../daemon/netboot/dhcp/network-view.ts";
import { openStores, type Stores } from "../../daemon/store/stores.ts";
import { findRunbooks, offer, openDesk, runbooksFor } from "../support/changes/changes.ts";
import { type WrittenLog, writtenLog } from "../support/log-book.ts";
import { cards } from "../support/machines/cards.ts";

export interface Mission extends Stores {
  url: string;
  /** The output of each job so far. The live feed reads it like the file. */
  outputs: Map<string, string>;
  inventory: Inventory;
  /** The entry for proposals. Its executor only records messages. A test passes reports to `receive`. */
  desk: Changes;
  /** The inventory groups of each node. */
  groups: Map<string, string[]>;
  /** The deadlines of new approval requests. */
  clocks: Clocks;
  /** The registered voters, and if an approval needs a signature. */
  voting: Voting;
  audit: AuditLog;
  /** The daemon's own. */
  log: WrittenLog;
  /** The findings of the doctor. */
  checks: Check[];
  webUis: WebUi[];
  /** The state of the cluster that the daemon answers. */
  cluster: { now: ClusterState };
  key(role: Role): string;
  /** Stops and restarts the server at the same address, as a page experiences a network failure. */
  hangUp(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

/** Larger than a slice of the real daemon, so that tests are fast. */
const SLICE_BYTES = 1024 * 1024;

const offered = [
  { name: "uptime", does: "Shows the uptime of each machine.", readOnly: true, sha256: "0".repeat(64) },
  { name: "upgrade", does: "Installs Debian updates.", readOnly: false, sha256: "1".repeat(64) },
  {
    ...{ name: "deploy", does: "Deploys a release.", readOnly: false, sha256: "2".repeat(64), tags: ["app", "database"] },
    variables: DeclaredVariables.parse({
      release: { type: "string", required: true, description: "The release, such as 4.2" },
      count: { type: "integer" },
      drain: { type: "boolean", description: "Move the work away first" },
      token: { secret: "deploy_token" },
    }),
  },
];

/** Two machines in a group, one a controller. */
const INVENTORY = `all:
  children:
    controller_nodes:
      hosts:
        n1:
          ansible_host: 10.0.0.11
    worker_nodes:
      hosts:
        n2: {}
        n3: {}
    rack_1:
      hosts:
        n1: {}
        n2: {}
`;

/** An explanation for a machine. The rules themselves have their own tests. */
const explanation: Explanation = {
  mac: "52:54:00:00:00:01",
  phase: "accepted",
  seen: ["it asked for an address", "it fetched ipxe.efi"],
  diagnosis: { finding: "it never asked for its script", next: ["Run `muster doctor`."] },
  dhcp: { answer: "ipxe.efi from 10.0.0.2", rules: [{ rule: "architecture", input: "7", outcome: "x64 UEFI" }], journal: [] },
  script: { action: "local", reason: "it is accepted and not armed", text: "#!ipxe" },
};

export async function startMission(pageRoot: string, places: NetworkPlace[] = cards("{ interface: eth1, dhcp: proxy }")): Promise<Mission> {
  const stores = openStores(":memory:");
  const folder = await mkdtemp(join(tmpdir(), "muster-mission-"));
  await writeFile(join(folder, "inventory.yaml"), INVENTORY);
  const inventory = new Inventory(join(folder, "inventory.yaml"));
  const outputs = new Map<string, string>();
  const log = writtenLog();
  const checks: Check[] = [];
  const webUis: WebUi[] = [];
  const cluster: { now: ClusterState } = { now: { consul: { standing: { state: "absent" } }, nomad: { standing: { state: "absent" } } } };
  const encoded = new Map<string, { text: string; bytes: Buffer }>();
  const written = (id: string): Buffer => {
    const text = outputs.get(id) ?? "";
    const known = encoded.get(id);
    if (known?.text === text) return known.bytes;
    const bytes = Buffer.from(text);
    encoded.set(id, { text, bytes });
    return bytes;
  };
  const audit = new AuditLog(stores.db);
  const clocks = { decideSeconds: 600, executeSeconds: 300 };
  const voting: Voting = { required: false, voters: [] };
  const { desk, groups } = openDesk(stores, { audit, clocks, voting: () => voting, now: () => new Date() });
  const quarantine = new Quarantine(stores);
  const build = () =>
    buildApi({
      ...stores,
      desk,
      offer,
      findRunbooks,
      runbooksFor,
      audit,
      checkpoints: () => [],
      log: pino({ level: "silent" }),
      logBook: log.book,
      alertRules: () => rulesInWords(alertRulesOf(AlertSettings.parse({ cost: null })), false),
      webUis: async () => ({ complete: true, pages: [...webUis] }),
      storedModels: async () => [],
      cluster: () => cluster.now,
      examine: async () => ({ at: new Date().toISOString(), checks: [...checks] }),
      version: "0.0.0-test",
      pageRoot,
      defaultProfile: "preseed",
      requireBootFiles: () => undefined,
      forget: async () => undefined,
      capture: ({ name }) => (name === "silent" ? undefined : new Uint8Array(Buffer.from("packets of its last boot"))),
      wake: async (node) => `Wake-on-LAN sent to ${node.macs.join(", ")}`,
      power: { means: () => "command", perform: async ({ name }) => ({ driver: "command", message: `${name} received the command` }) },
      provision: () => {
        throw new Error("no job engine here");
      },
      preview: () => {
        throw new Error("no job engine here");
      },
      requireWorker: () => undefined,
      promote: async () => undefined,
      maintenance: () => ({ open: true, windows: [], timeZone: "UTC" }),
      nextTime: (_, from) => from,
      nodeGroups: () => () => [],
      nodeBindings: () => () => "the same",
      checkOptions: () => undefined,
      playbooks: () => ({ playbooks: offered, refused: [] }),
      run: (nodes, { name }, purpose, requestedBy, order = {}) =>
        nodes.map((node) => {
          const id = `${node.name}-${name}-${purpose}`;
          const made = { id, kind: "ansible", purpose, playbook: `playbooks/${name}.yaml`, nodeId: node.id, nodeName: node.name } as const;
          stores.jobs.add({ ...made, ...order, status: "queued", attempt: 1, requestedBy, createdAt: new Date().toISOString() });
          stores.events.append({ source: "control", type: "job.queued", summary: `${name} is queued`, nodeId: node.id, jobId: id });
          return stores.jobs.find(id) ?? assert.fail("the job is not there");
        }),
      cancel: () => {
        throw new Error("no job engine here");
      },
      output: async (id, after) => {
        const all = written(id);
        const bytes = all.subarray(after, after + SLICE_BYTES);
        const job = stores.jobs.find(id);
        const next = after + bytes.length;
        return { text: bytes.toString("utf8"), next, end: next === all.length && job !== undefined && !isLive(job.status) };
      },
      ends: async (id) => ({ beginning: written(id).toString("utf8"), leftOutBytes: 0, end: "" }),
      receive: () => {
        throw new Error("no machine calls home here");
      },
      quarantine: {
        list: (all) => quarantine.list(all),
        find: (id) => quarantine.find(id),
        replaces: (id, wish) => quarantine.replaces(id, wish),
        discard: (id, by) => quarantine.discard(id, by),
        release: async (id, wish, by) => {
          const node = quarantine.release(id, wish, by);
          const job = { id: `${node.name}-job`, kind: "ansible", playbook: "playbook.yaml", nodeId: node.id, nodeName: node.name } as const;
          stores.jobs.add({ ...job, status: "queued", attempt: 1, requestedBy: by, createdAt: new Date().toISOString() });
          return { node, job: stores.jobs.find(job.id) ?? assert.fail("the job is not there") };
        },
      },
      inventory: inventoryFor(inventory),
      enrol: { url: () => "http://127.0.0.1:8000", script: () => "" },
      process: () => ({
        version: "0.0.0-test",
        startedAt: new Date().toISOString(),
        dhcpMode: "proxy",
        interfaces: [{ interface: "eth1", address: "10.0.0.2", dhcp: "proxy" }],
        executor: "connected",
        netboot: { alive: true },
      }),
      network: () => networkNow(places, stores),
      quirkLines: [],
      explain: (mac) => ({ ...explanation, mac }),
    });

  let server = await build();
  await server.listen({ host: "127.0.0.1", port: 0 });
  const { port } = server.server.address() as AddressInfo;
  let keys = 0;
  return {
    ...stores,
    inventory,
    desk,
    groups,
    clocks,
    voting,
    audit,
    log,
    checks,
    webUis,
    cluster,
    url: `http://127.0.0.1:${port}/`,
    outputs,
    key: (role) => {
      keys += 1;
      return stores.keys.create(`${role}-${keys}`, role, new Date()).secret;
    },
    hangUp: () => server.close(),
    comeBack: async () => {
      server = await build();
      await server.listen({ host: "127.0.0.1", port });
    },
    stop: async () => {
      await server.close();
      stores.db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
