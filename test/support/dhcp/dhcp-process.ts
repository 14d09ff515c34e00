/**
 * A DHCP server in its own process with a database on disk, so that a test can kill it. Its argument is the
 * database. It records booting machines like the netboot process.
 */

import { Discovery } from "../../../daemon/netboot/answers/discovery.ts";
import { LeaseCommits } from "../../../daemon/netboot/dhcp/lease-commits.ts";
import { openStores } from "../../../daemon/store/stores.ts";
import { noNeighbours } from "../../../pxe/dhcp/decision/full.ts";
import { Pool } from "../../../pxe/dhcp/decision/pool.ts";
import { subnetOf } from "../../../pxe/dhcp/decision/shared-network.ts";
import { parseBlock } from "../../../pxe/dhcp/message/address.ts";
import { startDhcpServer } from "../../../pxe/dhcp/server.ts";
import { silentLog } from "../log.ts";
import { server as identity } from "./dhcp.ts";

const database = process.argv[2] ?? "";
const { db, nodes, registry, events, leases } = openStores(database);
const discovery = new Discovery(db, nodes, registry);
const commits = await LeaseCommits.start(database, leases, (error) => {
  throw error;
});
const block = parseBlock("10.1.0.0/16");
const pool = new Pool({
  block,
  ranges: [{ from: "10.1.0.10", to: "10.1.255.250" }],
  exclude: [],
  reservations: {},
  leaseSeconds: 3600,
  store: commits,
  now: Date.now,
});
const subnet = subnetOf({ block, router: "10.1.0.1", dns: [], domain: "lab", leaseSeconds: 3600, extra: new Map(), pool });
const neighbours = { ...noNeighbours, ask: async () => undefined, close: async () => undefined };
const { dhcpPort } = await startDhcpServer({
  mode: {
    kind: "full",
    full: { server: identity, links: [{ name: "storm", subnets: [subnet] }], authoritative: true, machines: new Map(), neighbours },
    neighbours,
    leases: commits,
  },
  identity,
  dhcp: { address: "127.0.0.1", port: 0 },
  bootServer: { address: "127.0.0.1", port: 0 },
  source: {
    dhcpPlan: () => ({ netboot: false, reason: "a storm of plain machines" }),
    respond: () => ({ status: 404, contentType: "text/plain", body: "" }),
    record: ({ machine, type, summary }) => {
      const node = machine?.arch === undefined ? undefined : discovery.meet(machine);
      if (node) events.append({ source: "netboot", type, summary, nodeId: node.id });
    },
  },
  together: (work) => leases.together(work),
  log: silentLog,
});
process.stdout.write(`${dhcpPort}\n`);
