/** The schema of the `netboot` section, which configures the network cards that machines boot from. */
import * as z from "zod";
import { type Block, blockHolds, parseBlock, toAddress, toNumber } from "../../pxe/dhcp/message/address.ts";
import { Mac } from "../contract/names.ts";

/** Limits the port number here, because node:dgram accepts 70000 without an error and binds port 4464. */
export const Port = z.int().min(0).max(65535);
/** A network of either address family, for rules about callers. Machines boot over IPv4 only. */
export const AnyNetwork = z.union([z.cidrv4(), z.cidrv6()], "must be a network such as 10.77.0.0/16 or fd00::/64");
export const Cidr = z.cidrv4("must be a network such as 10.77.0.0/16");

const InterfaceName = z.string().regex(/^[A-Za-z0-9._-]{1,15}$/, "is not an interface name such as eth1");
const Mode = z.enum(["off", "proxy", "full"]);
const LeaseSeconds = z.int().min(120).max(31_536_000);

const Range = z.strictObject({
  from: z.ipv4().describe("First address handed out."),
  to: z.ipv4().describe("Last address handed out."),
});

const Domain = z
  .string()
  .regex(/^(?=.{1,253}$)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$/, "is not a domain name such as lab.internal")
  .describe("A domain name.");

/** DHCP options that are sent only if a client requests them. */
const extraOptions = {
  ntp: z
    .array(z.ipv4())
    .max(16)
    .optional()
    .describe("Full mode: time servers (option 42). Default: our address, if a time server runs on the control node."),
  search: z.array(Domain).max(16).optional().describe("Full mode: domains to search (option 119)."),
  routes: z
    .array(z.strictObject({ to: Cidr.describe("Network behind the gateway."), via: z.ipv4().describe("Gateway.") }))
    .max(64)
    .optional()
    .describe("Full mode: routes (option 121). The default gateway is added unless one is listed."),
  ipv6_only_seconds: z
    .int()
    .min(300)
    .max(4_294_967_295)
    .optional()
    .describe("Full mode: seconds that a client which can work without IPv4 does not use it (option 108)."),
};

const Subnet = z.strictObject({
  subnet: Cidr.describe("The network. A relay with an address in it forwards for its machines."),
  link: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe("Subnets with the same link share a wire. The name of an interface means its wire. Default: a wire of its own."),
  ranges: z.array(Range).min(1).max(64).describe("Addresses to hand out there."),
  exclude: z.array(z.ipv4()).max(4096).default([]).describe("Addresses in the ranges that are never handed out."),
  router: z.ipv4().describe("Default gateway there (option 3), usually the relay."),
  dns: z.array(z.ipv4()).max(16).optional().describe("Name servers there. Default: netboot.dns."),
  domain: Domain.optional().describe("Domain there. Default: netboot.domain."),
  lease_seconds: LeaseSeconds.optional().describe("Duration of a lease there. Default: netboot.lease_seconds."),
  ...extraOptions,
});

const Interface = z.strictObject({
  interface: InterfaceName.describe("A card that machines boot from."),
  address: z.ipv4().optional().describe("Our address there. Default: its first IPv4 address."),
  dhcp: Mode.optional().describe("off, proxy or full there. Default: netboot.dhcp."),
  range: Range.optional().describe("Full mode: addresses to hand out there."),
  router: z.ipv4().optional().describe("Full mode: default gateway there (option 3). Default: our address there."),
  dns: z.array(z.ipv4()).optional().describe("Full mode: name servers there. Default: netboot.dns."),
  domain: Domain.optional().describe("Domain there. Default: netboot.domain."),
  lease_seconds: LeaseSeconds.optional().describe("Full mode: duration of a lease there. Default: netboot.lease_seconds."),
  authoritative: z.boolean().optional().describe("Full mode: refuse unknown addresses there. Default: netboot.authoritative."),
  exclude: z.array(z.ipv4()).max(4096).optional().describe("Full mode: addresses in the range that are never handed out."),
  check_other_servers: z
    .boolean()
    .optional()
    .describe("Full mode: search for another DHCP server there. Default: netboot.check_other_servers."),
  ...extraOptions,
});

export const Netboot = z.strictObject({
  interface: InterfaceName.optional().describe("The one interface that machines boot from. Muster answers on no other interface."),
  interfaces: z
    .array(Interface)
    .max(64)
    .default([])
    .describe("Several interfaces, in place of netboot.interface. Each may have its own keys; the others are those of netboot."),
  address: z.ipv4().optional().describe("Our address there. Default: the interface's first IPv4 address."),
  dhcp: Mode.default("off").describe(
    "off: answers no DHCP. proxy: works with the LAN's DHCP server and hands out no addresses. full: is the DHCP server.",
  ),
  http_port: Port.default(8080).describe("TCP port of boot scripts, answers and installer files."),
  tftp_port: Port.default(69).describe("UDP port of the boot loaders."),
  range: Range.optional().describe("Full mode: addresses to hand out."),
  router: z.ipv4().optional().describe("Full mode: default gateway (option 3). Default: our address."),
  dns: z.array(z.ipv4()).default([]).describe("Full mode: name servers (option 6). Default: our address."),
  domain: z.string().max(253).default("muster.internal").describe("Domain of the nodes (option 15)."),
  lease_seconds: LeaseSeconds.default(43_200).describe("Full mode: duration of a lease in seconds."),
  authoritative: z.boolean().default(true).describe("Full mode: refuse unknown addresses with a NAK instead of ignoring them."),
  reservations: z.record(Mac, z.ipv4()).default({}).describe("Full mode: fixed address by MAC address."),
  exclude: z.array(z.ipv4()).max(4096).default([]).describe("Full mode: addresses in the range that are never handed out."),
  ...extraOptions,
  machines: z.record(Mac, z.strictObject(extraOptions)).default({}).describe("Full mode: options for single machines, by MAC address."),
  subnets: z.array(Subnet).max(1024).default([]).describe("Full mode: further subnets, behind relays or on the same wire."),
  check_other_servers: z
    .boolean()
    .default(true)
    .describe("Full mode: search for another DHCP server first, and send no DHCP on that interface while there is one."),
});
export type Netboot = z.output<typeof Netboot>;

/** The settings of one network card. The card's own keys override the keys of `netboot`. */
export type BootInterface = Netboot & { interface: string /** The configuration key that names the card. */; key: string };

export function bootInterfaces(netboot: Netboot): BootInterface[] {
  const { interface: only, interfaces, subnets } = netboot;
  if (interfaces.length === 0) return only === undefined ? [] : [{ ...netboot, interface: only, key: "netboot.interface" }];
  const names = new Set(interfaces.map((each) => each.interface));
  return interfaces.map((own, index) => ({
    ...netboot,
    ...given(own),
    interface: own.interface,
    key: `netboot.interfaces[${index}].interface`,
    // Leaves out subnets that are connected to another network card, because this card cannot reach them.
    // Relays are not bound to a card, so the subnets of relays apply to every card.
    subnets: subnets
      .filter(({ link }) => link === undefined || link === own.interface || !names.has(link))
      .map((subnet) => ({
        ...subnet,
        dns: subnet.dns ?? netboot.dns,
        domain: subnet.domain ?? netboot.domain,
        lease_seconds: subnet.lease_seconds ?? netboot.lease_seconds,
      })),
  }));
}

type Given<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function given<T extends object>(own: T): Partial<Given<T>> {
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) as Partial<Given<T>>;
}

/** Checks settings that depend on each other. */
export function checkNetboot(netboot: Netboot): void {
  if (netboot.interfaces.length > 0) checkInterfaces(netboot);
  else if (netboot.dhcp !== "off" && !netboot.interface)
    throw new Error(`netboot.interface: is needed when netboot.dhcp is ${netboot.dhcp}`);
  else if (netboot.dhcp === "full" && !netboot.range) throw new Error("netboot.range: is needed when netboot.dhcp is full");
  for (const index of netboot.subnets.keys()) checkSubnet(index, netboot.subnets);
}

function checkInterfaces(netboot: Netboot): void {
  if (netboot.interface !== undefined)
    throw new Error("netboot.interface: is for a single card; move it into netboot.interfaces, which is also set");
  for (const key of ["address", "range", "router", "exclude"] as const) {
    const value = netboot[key];
    if (value !== undefined && !(Array.isArray(value) && value.length === 0))
      throw new Error(`netboot.${key}: is for a single card; set it in the entries of netboot.interfaces`);
  }
  for (const [index, { interface: name, dhcp, range }] of bootInterfaces(netboot).entries()) {
    const first = netboot.interfaces.findIndex((each) => each.interface === name);
    if (first !== index) throw new Error(`netboot.interfaces[${index}].interface: ${name} is already entry ${first}`);
    if (dhcp === "full" && !range) throw new Error(`netboot.interfaces[${index}].range: is needed when dhcp is full there`);
  }
}

function checkSubnet(index: number, all: Netboot["subnets"]): void {
  const key = `netboot.subnets[${index}]`;
  const { subnet, ranges } = all[index]!;
  const block = parseBlock(subnet);
  const outside = ranges.flatMap(({ from, to }) => [from, to]).find((address) => !blockHolds(block, address));
  if (outside !== undefined) throw new Error(`${key}.ranges: ${outside} is not in ${subnet}`);
  if (ranges.some(({ from, to }) => toNumber(from) > toNumber(to))) throw new Error(`${key}.ranges: a range ends before it begins`);
  const rival = all.find((other, at) => at !== index && overlaps(parseBlock(other.subnet), block));
  if (rival) throw new Error(`${key}.subnet: ${subnet} overlaps ${rival.subnet}`);
}

const overlaps = (one: Block, other: Block) => blockHolds(one, toAddress(other.network)) || blockHolds(other, toAddress(one.network));
