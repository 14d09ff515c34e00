/** The real API over stores in memory, serving the built page on 127.0.0.1: what the browser tests look at. */
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { buildApi } from "../../daemon/api/server.ts";
import { networkNow } from "../../daemon/compose/network-now.ts";
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

export async function startMission(pageRoot: string, places: NetworkPlace[] = cards("{ interface: eth1, dhcp: proxy }")): Promise<Mission> {
  const stores = openStores(":memory:");
  const outputs = new Map<string, string>();
  const build = () =>
    buildApi({
      ...stores,
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
      playbooks: () => ({ playbooks: [], refused: [] }),
      run: () => [],
      cancel: () => {
        throw new Error("no job engine here");
      },
      output: async (id, after) => {
        const bytes = Buffer.from(outputs.get(id) ?? "").subarray(after);
        const job = stores.jobs.find(id);
        return { text: bytes.toString("utf8"), next: after + bytes.length, end: job !== undefined && !isLive(job.status) };
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
        view: () => ({ file: "inventory.yaml", groups: [], hosts: {}, problems: [] }),
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
