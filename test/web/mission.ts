/** The real API over stores in memory, serving the built page on 127.0.0.1: what the browser tests look at. */
import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { buildApi } from "../../daemon/api/server.ts";
import { AuditLog } from "../../daemon/audit/log.ts";
import { networkNow } from "../../daemon/compose/network-now.ts";
import type { InventoryView } from "../../daemon/contract/inventory.ts";
import type { Role } from "../../daemon/contract/key.ts";
import { isLive } from "../../daemon/jobs/status.ts";
import type { NetworkPlace } from "../../daemon/netboot/network-view.ts";
import { openStores, type Stores } from "../../daemon/store/stores.ts";
import { cards } from "../support/cards.ts";

export interface Mission extends Stores {
  url: string;
  /** What each job has written so far; the live feed reads it as it would read the file. */
  outputs: Map<string, string>;
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
const inventory: InventoryView = {
  file: "inventory.yaml",
  groups: [
    { name: "all", hosts: ["n1", "n2", "n3"], children: [], vars: {} },
    { name: "controller_nodes", hosts: ["n1"], children: [], vars: {} },
    { name: "worker_nodes", hosts: ["n2", "n3"], children: [], vars: {} },
    { name: "rack_1", hosts: ["n1", "n2"], children: [], vars: { rack: 1 } },
  ],
  hosts: { n1: { ansible_host: "10.0.0.11" }, n2: {}, n3: {} },
  problems: [],
};

export async function startMission(pageRoot: string, places: NetworkPlace[] = cards("{ interface: eth1, dhcp: proxy }")): Promise<Mission> {
  const stores = openStores(":memory:");
  const outputs = new Map<string, string>();
  const encoded = new Map<string, { text: string; bytes: Buffer }>();
  const written = (id: string): Buffer => {
    const text = outputs.get(id) ?? "";
    const known = encoded.get(id);
    if (known?.text === text) return known.bytes;
    const bytes = Buffer.from(text);
    encoded.set(id, { text, bytes });
    return bytes;
  };
  const build = () =>
    buildApi({
      ...stores,
      audit: new AuditLog(stores.db),
      checkpoints: () => [],
      log: pino({ level: "silent" }),
      version: "0.0.0-test",
      pageRoot,
      defaultProfile: "preseed",
      requireBootFiles: () => undefined,
      forget: async () => undefined,
      capture: () => undefined,
      wake: async (node) => `Wake-on-LAN sent to ${node.macs.join(", ")}`,
      power: { means: () => "command", perform: async ({ name }) => ({ driver: "command", message: `${name} was told` }) },
      provision: () => {
        throw new Error("no job engine here");
      },
      preview: () => {
        throw new Error("no job engine here");
      },
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
      receive: () => {
        throw new Error("nobody calls home here");
      },
      quarantine: {
        list: () => [],
        release: () => {
          throw new Error("nobody is kept out here");
        },
        discard: () => {
          throw new Error("nobody is kept out here");
        },
      },
      inventory: {
        view: () => inventory,
        join: async () => undefined,
        leave: async () => undefined,
        set: async () => undefined,
        unset: async () => undefined,
      },
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
      explain: () => {
        throw new Error("nothing to explain here");
      },
    });

  let server = await build();
  await server.listen({ host: "127.0.0.1", port: 0 });
  const { port } = server.server.address() as AddressInfo;
  let keys = 0;
  return {
    ...stores,
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
    },
  };
}
