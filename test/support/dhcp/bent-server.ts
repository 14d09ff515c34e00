/**
 * Our own DHCP decisions on real sockets, altered to imitate other servers, to see how firmware reacts. This
 * is a program of its own, because it runs inside a network namespace. Prints one line of JSON for each
 * event.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bootStage, machineSeen } from "../../../pxe/dhcp/decision/client.ts";
import { decideFull, type FullMode, noNeighbours } from "../../../pxe/dhcp/decision/full.ts";
import { Pool } from "../../../pxe/dhcp/decision/pool.ts";
import { decideBootServer, decideProxy } from "../../../pxe/dhcp/decision/proxy.ts";
import type { DhcpDecision } from "../../../pxe/dhcp/decision/reply.ts";
import { subnetOf } from "../../../pxe/dhcp/decision/shared-network.ts";
import { parseBlock } from "../../../pxe/dhcp/message/address.ts";
import { Option, PxeOption } from "../../../pxe/dhcp/message/option.ts";
import { type DhcpPacket, decode, encode, typeName } from "../../../pxe/dhcp/message/packet.ts";
import { startBootHttpServer } from "../../../pxe/http/server.ts";
import { startTftpServer } from "../../../pxe/tftp/server.ts";
import { silentLog as log } from "../log.ts";

export interface Bend {
  mode: "full" | "proxy";
  /** The address it serves on, and the folder of the boot files. */
  address: string;
  assets: string;
  /** True if it answers on port 4011. */
  bootServer: boolean;
  /** The change to our answers: an option is removed or added. */
  change?: "without 60" | "with 43.6=8" | "without siaddr";
}

export interface Happening {
  what: "dhcp" | "4011" | "tftp" | "http";
  /** The firmware's stage, or the name of the file. */
  of: string;
  summary: string;
}

const bend = JSON.parse(process.argv[2] ?? "{}") as Bend;
const { address } = bend;
const bootUrl = `http://${address}:8080`;
const server = { address, bootUrl, hasBootFile: (name: string) => existsSync(join(bend.assets, "ipxe", name)) };
const plan = { netboot: true, reason: "a machine of the matrix" } as const;
const tell = (happening: Happening) => console.log(JSON.stringify(happening));

const block = parseBlock("10.77.0.0/16");
const leaseSeconds = 3600;
const store = { all: () => [], save: () => undefined };
const pool = new Pool({
  block,
  ranges: [{ from: "10.77.1.1", to: "10.77.1.50" }],
  exclude: [address],
  reservations: {},
  leaseSeconds,
  store,
  now: () => Date.now(),
});
const subnet = subnetOf({ block, router: address, dns: [address], domain: "lab", leaseSeconds, extra: new Map(), pool });
const full: FullMode = {
  server,
  links: [{ name: "own", subnets: [subnet] }],
  authoritative: true,
  machines: new Map(),
  neighbours: noNeighbours,
};

function bent(packet: DhcpPacket): DhcpPacket {
  const options = new Map(packet.options);
  if (bend.change === "without 60") options.delete(Option.vendorClass);
  if (bend.change === "with 43.6=8") options.set(Option.vendorSpecific, Uint8Array.of(PxeOption.discoveryControl, 1, 8, PxeOption.end));
  return { ...packet, options, ...(bend.change === "without siaddr" && { nextServer: "0.0.0.0", serverName: "" }) };
}

async function listen(port: number, on: string) {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  socket.bind(port, on);
  await once(socket, "listening");
  socket.setBroadcast(true);
  return socket;
}

/**
 * A broadcast leaves by the interface whose address the socket is bound to. An incoming one reaches only an
 * unbound socket.
 */
const [heard, sends] = [await listen(67, "0.0.0.0"), await listen(67, address)];
const bootServer = await listen(4011, address);
const answer = (what: "dhcp" | "4011", request: DhcpPacket, decision: DhcpDecision, sender: typeof heard) => {
  const of = bootStage(request);
  if (decision.kind !== "reply")
    return tell({ what, of, summary: `silent: ${decision.kind === "ignore" ? decision.reason : decision.kind}` });
  tell({ what, of, summary: decision.summary });
  const packet = what === "dhcp" ? bent(decision.packet) : decision.packet;
  sender.send(encode(packet, 1472), decision.to.port, decision.to.address);
};
heard.on("message", (bytes, from) => {
  const request = decode(bytes);
  const at = { address: from.address, port: from.port };
  answer("dhcp", request, bend.mode === "full" ? decideFull(request, full, plan, at) : decideProxy(request, server, plan), sends);
});
bootServer.on("message", (bytes, from) => {
  const request = decode(bytes);
  if (bend.bootServer)
    return answer("4011", request, decideBootServer(request, server, plan, { address: from.address, port: from.port }), bootServer);
  tell({
    what: "4011",
    of: bootStage(request),
    summary: `silent to ${machineSeen(request).mac}'s ${typeName(request.options.get(53)?.[0])}`,
  });
});

const record = ({ type, summary, detail }: { type: string; summary: string; detail?: Record<string, unknown> }) =>
  tell({ what: type.startsWith("tftp") ? "tftp" : "http", of: String(detail?.file ?? ""), summary });
const body = "#!ipxe\necho This row ends here\nsleep 5\nexit 1\n";
const respond = ({ path }: { path: string }) => {
  tell({ what: "http", of: path, summary: "asked" });
  return { status: path === "/boot.ipxe" ? 200 : 404, contentType: "text/plain", body } as const;
};
const source = { dhcpPlan: () => plan, respond, record };
await startTftpServer({ root: join(bend.assets, "ipxe"), address, port: 69, record, log });
await startBootHttpServer({ host: address, port: 8080, assetsRoot: bend.assets, source, log });
console.log("ready");
