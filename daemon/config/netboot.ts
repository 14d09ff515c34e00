/** The `netboot` section: which cards machines boot from, and what holds on each of them. */
import * as z from "zod";
import { type Block, blockHolds, parseBlock, toAddress, toNumber } from "../../pxe/dhcp/message/address.ts";
import { Mac } from "../contract/names.ts";

/** Checked here because node:dgram takes 70000 without complaint and binds 4464. */
export const Port = z.int().min(0).max(65535);
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

/** Given only to who asks for them, as DHCP clients do that understand them. */
const extraOptions = {
  ntp: z.array(z.ipv4()).max(16).optional().describe("Full mode: time servers (option 42)."),
  search: z.array(Domain).max(16).optional().describe("Full mode: domains to search (option 119)."),
  routes: z
    .array(z.strictObject({ to: Cidr.describe("Network behind the gateway."), via: z.ipv4().describe("Gateway.") }))
    .max(64)
    .optional()
    .describe("Full mode: routes (option 121); the default gateway is added where none is named."),
  ipv6_only_seconds: z
    .int()
    .min(300)
    .max(4_294_967_295)
    .optional()
    .describe("Full mode: clients that can do without IPv4 leave it alone for so long (option 108)."),
};

const Subnet = z.strictObject({
  subnet: Cidr.describe("The network. A relay whose address lies in it speaks for its machines."),
  link: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe("Subnets of one link share a wire. Left out: a wire of its own. The name of an interface: the wire there."),
  ranges: z.array(Range).min(1).max(64).describe("The addresses handed out there."),
  exclude: z.array(z.ipv4()).max(4096).default([]).describe("Addresses in the ranges that are never handed out."),
  router: z.ipv4().describe("Default gateway there (option 3), usually the relay."),
  dns: z.array(z.ipv4()).max(16).optional().describe("Name servers there. Left out: netboot.dns."),
  domain: Domain.optional().describe("Domain there. Left out: netboot.domain."),
  lease_seconds: LeaseSeconds.optional().describe("How long a lease lasts there. Left out: netboot.lease_seconds."),
  ...extraOptions,
});

const Interface = z.strictObject({
  interface: InterfaceName.describe("A card machines boot from."),
  address: z.ipv4().optional().describe("Our address there. Left out: its first IPv4 address."),
  dhcp: Mode.optional().describe("off, proxy or full there. Left out: netboot.dhcp."),
  range: Range.optional().describe("Full mode: the addresses handed out there."),
  router: z.ipv4().optional().describe("Full mode: default gateway there (option 3). Left out: our address there."),
  dns: z.array(z.ipv4()).optional().describe("Full mode: name servers there. Left out: netboot.dns."),
  domain: Domain.optional().describe("Domain there. Left out: netboot.domain."),
  lease_seconds: LeaseSeconds.optional().describe("Full mode: how long a lease lasts there. Left out: netboot.lease_seconds."),
  authoritative: z.boolean().optional().describe("Full mode: refuse unknown addresses there. Left out: netboot.authoritative."),
  exclude: z.array(z.ipv4()).max(4096).optional().describe("Full mode: addresses in the range that are never handed out."),
  check_other_servers: z
    .boolean()
    .optional()
    .describe("Full mode: look for another DHCP server there. Left out: netboot.check_other_servers."),
  ...extraOptions,
});

export const Netboot = z.strictObject({
  interface: InterfaceName.optional().describe("The one interface machines boot from. Nothing is answered anywhere else."),
  interfaces: z
    .array(Interface)
    .max(64)
    .default([])
    .describe("Instead of netboot.interface: several interfaces, each with its own keys. What one leaves out is as in netboot."),
  address: z.ipv4().optional().describe("Our address there. Left out: the interface's first IPv4 address."),
  dhcp: Mode.default("off").describe(
    "off: answers no DHCP. proxy: beside the LAN's DHCP server, hands out no addresses. full: is the DHCP server.",
  ),
  http_port: Port.default(8080).describe("TCP port of boot scripts, answers and installer files."),
  tftp_port: Port.default(69).describe("UDP port of the boot loaders."),
  range: Range.optional().describe("Full mode: the addresses handed out."),
  router: z.ipv4().optional().describe("Full mode: default gateway (option 3). Left out: our address."),
  dns: z.array(z.ipv4()).default([]).describe("Full mode: name servers (option 6). Left out: our address."),
  domain: z.string().max(253).default("muster.internal").describe("Domain of the nodes (option 15)."),
  lease_seconds: LeaseSeconds.default(43_200).describe("Full mode: how long a lease lasts."),
  authoritative: z.boolean().default(true).describe("Full mode: refuse unknown addresses (NAK) instead of keeping silent."),
  reservations: z.record(Mac, z.ipv4()).default({}).describe("Full mode: fixed address by MAC address."),
  exclude: z.array(z.ipv4()).max(4096).default([]).describe("Full mode: addresses in the range that are never handed out."),
  ...extraOptions,
  machines: z.record(Mac, z.strictObject(extraOptions)).default({}).describe("Full mode: options of single machines, by MAC address."),
  subnets: z.array(Subnet).max(1024).default([]).describe("Full mode: further subnets, behind relays or on the same wire."),
  check_other_servers: z
    .boolean()
    .default(true)
    .describe("Full mode: check for another DHCP server first, and hold DHCP back on that interface while there is one."),
});
export type Netboot = z.output<typeof Netboot>;

/** All that holds on one card: `netboot` with the card's own keys over it. */
export type BootInterface = Netboot & { interface: string /** Of its name, in the words of the file. */; key: string };

export function bootInterfaces(netboot: Netboot): BootInterface[] {
  const { interface: only, interfaces, subnets } = netboot;
  if (interfaces.length === 0) return only === undefined ? [] : [{ ...netboot, interface: only, key: "netboot.interface" }];
  const names = new Set(interfaces.map((each) => each.interface));
  return interfaces.map((own, index) => ({
    ...netboot,
    ...given(own),
    interface: own.interface,
    key: `netboot.interfaces[${index}].interface`,
    // What is on another card's wire is not reached from here; a relay may come by any card, and means the same by each.
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

/** What needs two keys to be seen. */
export function checkNetboot(netboot: Netboot): void {
  if (netboot.interfaces.length > 0) checkInterfaces(netboot);
  else if (netboot.dhcp !== "off" && !netboot.interface)
    throw new Error(`netboot.interface: is needed when netboot.dhcp is ${netboot.dhcp}`);
  else if (netboot.dhcp === "full" && !netboot.range) throw new Error("netboot.range: is needed when netboot.dhcp is full");
  for (const index of netboot.subnets.keys()) checkSubnet(index, netboot.subnets);
}

function checkInterfaces(netboot: Netboot): void {
  if (netboot.interface !== undefined)
    throw new Error("netboot.interface: is for a single card; make it an entry of netboot.interfaces, which is there too");
  for (const key of ["address", "range", "router", "exclude"] as const) {
    const value = netboot[key];
    if (value !== undefined && !(Array.isArray(value) && value.length === 0))
      throw new Error(`netboot.${key}: is for a single card; write it in the entries of netboot.interfaces`);
  }
  for (const [index, { interface: name, dhcp, range }] of bootInterfaces(netboot).entries()) {
    const first = netboot.interfaces.findIndex((each) => each.interface === name);
    if (first !== index) throw new Error(`netboot.interfaces[${index}].interface: ${name} is there already, as number ${first}`);
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
