/** The real API over stores in memory, serving the built page on 127.0.0.1: what the browser tests look at. */
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
import type { WebUi } from "../../daemon/contract/cluster/web-ui.ts";
import type { Explanation } from "../../daemon/contract/netboot/explanation.ts";
import { isLive } from "../../daemon/jobs/status.ts";
import { Quarantine } from "../../daemon/machines/enrol/quarantine.ts";
import { inventoryFor } from "../../daemon/machines/inventory/editing.ts";
import { Inventory } from "../../daemon/machines/inventory/inventory.ts";
import { networkNow } from "../../daemon/netboot/dhcp/network-now.ts";
import type { NetworkPlace } from "../../daemon/netboot/dhcp/network-view.ts";
import { openStores, type Stores } from "../../daemon/store/stores.ts";
import { cards } from "../support/cards.ts";
import { offer, openDesk } from "../support/changes/changes.ts";
import { type WrittenLog, writtenLog } from "../support/log-book.ts";

export interface Mission extends Stores {
  url: string;
  /** What each job has written so far; the live feed reads it as it would read the file. */
  outputs: Map<string, string>;
  inventory: Inventory;
  /** Where things are asked for. Its executor only takes notes; what one would report is given to `receive`. */
  desk: Changes;
  /** In which groups of the inventory the desk believes each node to be: what it is for. */
  groups: Map<string, string[]>;
  /** How long people have to answer what is asked from now on. */
  clocks: Clocks;
  /** Whose signatures count, and whether a yes needs one. */
  voting: Voting;
  audit: AuditLog;
  /** The daemon's own. */
  log: WrittenLog;
  /** What the doctor would find. */
  checks: Check[];
  webUis: WebUi[];
  key(role: Role): string;
  /** The network as a page meets it: the server goes away and comes back at the same address. */
  hangUp(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

/** Larger than what the daemon hands out at once: a test need not wait for a minute. */
const SLICE_BYTES = 1024 * 1024;

const offered = [
  { name: "uptime", does: "Says how long each machine runs.", readOnly: true, sha256: "0".repeat(64) },
  { name: "upgrade", does: "Installs what Debian has mended.", readOnly: false, sha256: "1".repeat(64) },
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

/** What the rules would say of a machine; they have tests of their own. */
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
      audit,
      checkpoints: () => [],
      log: pino({ level: "silent" }),
      logBook: log.book,
      alertRules: () => rulesInWords(alertRulesOf(AlertSettings.parse({ cost: null })), false),
      webUis: async () => ({ complete: true, pages: [...webUis] }),
      examine: async () => ({ at: new Date().toISOString(), checks: [...checks] }),
      version: "0.0.0-test",
      pageRoot,
      defaultProfile: "preseed",
      requireBootFiles: () => undefined,
      forget: async () => undefined,
      capture: ({ name }) => (name === "silent" ? undefined : new Uint8Array(Buffer.from("packets of its last boot"))),
      wake: async (node) => `Wake-on-LAN sent to ${node.macs.join(", ")}`,
      power: { means: () => "command", perform: async ({ name }) => ({ driver: "command", message: `${name} was told` }) },
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
      playbooks: () => ({ playbooks: offered, refused: [] }),
      run: (nodes, { name }, purpose, requestedBy) =>
        nodes.map((node) => {
          const id = `${node.name}-${name}-${purpose}`;
          const made = { id, kind: "ansible", purpose, playbook: `playbooks/${name}.yaml`, nodeId: node.id, nodeName: node.name } as const;
          stores.jobs.add({ ...made, status: "queued", attempt: 1, requestedBy, createdAt: new Date().toISOString() });
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
        throw new Error("nobody calls home here");
      },
      quarantine: {
        list: (all) => quarantine.list(all),
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
