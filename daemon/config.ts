/** The whole configuration: one schema, parsed once. Secrets are given as paths, so printing a Config never leaks one. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";
import { type Block, blockHolds, parseBlock, toAddress, toNumber } from "../pxe/dhcp/address.ts";
import { configProblems } from "./config-problems.ts";
import { Mac } from "./contract/names.ts";
import { Profile } from "./contract/node.ts";
import { MusterError } from "./errors.ts";
import { Power } from "./power/settings.ts";

/** Checked here because node:dgram takes 70000 without complaint and binds 4464. */
const Port = z.int().min(0).max(65535);
const Cidr = z.cidrv4("must be a network such as 10.77.0.0/16");
const FilePath = z.string().min(1).max(4096);

const Control = z.strictObject({
  host: z.union([z.ipv4(), z.ipv6()]).default("0.0.0.0").describe("Address the API and the dashboard listen on."),
  port: Port.default(8000).describe("TCP port of the API and the dashboard."),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("What nodes call home to. Left out: http://<netboot address>:<control.port>."),
  open_metrics: z.boolean().default(false).describe("Answer /metrics and the OpenAPI document to whoever asks, without a key."),
  node_networks: z.array(Cidr).default([]).describe("Networks a node may call home from. Left out: the network of netboot.interface."),
});

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
    .describe("Subnets of one link share a wire. Left out: a wire of its own. The name of netboot.interface: our own."),
  ranges: z.array(Range).min(1).max(64).describe("The addresses handed out there."),
  exclude: z.array(z.ipv4()).max(4096).default([]).describe("Addresses in the ranges that are never handed out."),
  router: z.ipv4().describe("Default gateway there (option 3), usually the relay."),
  dns: z.array(z.ipv4()).max(16).optional().describe("Name servers there. Left out: netboot.dns."),
  domain: Domain.optional().describe("Domain there. Left out: netboot.domain."),
  lease_seconds: z.int().min(120).max(31_536_000).optional().describe("How long a lease lasts there. Left out: netboot.lease_seconds."),
  ...extraOptions,
});

const Netboot = z.strictObject({
  interface: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,15}$/, "is not an interface name such as eth1")
    .optional()
    .describe("The one interface machines boot from. Nothing is answered anywhere else."),
  address: z.ipv4().optional().describe("Our address there. Left out: the interface's first IPv4 address."),
  dhcp: z
    .enum(["off", "proxy", "full"])
    .default("off")
    .describe("off: answers no DHCP. proxy: beside the LAN's DHCP server, hands out no addresses. full: is the DHCP server."),
  http_port: Port.default(8080).describe("TCP port of boot scripts, answers and installer files."),
  tftp_port: Port.default(69).describe("UDP port of the boot loaders."),
  range: Range.optional().describe("Full mode: the addresses handed out."),
  router: z.ipv4().optional().describe("Full mode: default gateway (option 3). Left out: our address."),
  dns: z.array(z.ipv4()).default([]).describe("Full mode: name servers (option 6). Left out: our address."),
  domain: z.string().max(253).default("muster.internal").describe("Domain of the nodes (option 15)."),
  lease_seconds: z.int().min(120).max(31_536_000).default(43_200).describe("Full mode: how long a lease lasts."),
  authoritative: z.boolean().default(true).describe("Full mode: refuse unknown addresses (NAK) instead of keeping silent."),
  reservations: z.record(Mac, z.ipv4()).default({}).describe("Full mode: fixed address by MAC address."),
  exclude: z.array(z.ipv4()).max(4096).default([]).describe("Full mode: addresses in the range that are never handed out."),
  ...extraOptions,
  machines: z.record(Mac, z.strictObject(extraOptions)).default({}).describe("Full mode: options of single machines, by MAC address."),
  subnets: z.array(Subnet).max(1024).default([]).describe("Full mode: further subnets, behind relays or on the same wire."),
  check_other_servers: z
    .boolean()
    .default(true)
    .describe("Full mode: look for another DHCP server before starting, and refuse to start beside one."),
});

const Debian = z.strictObject({
  suite: z
    .string()
    .regex(/^[a-z]{3,20}$/)
    .default("trixie")
    .describe("Debian release the nodes get."),
  mirror: z
    .url({ protocol: /^http$/ })
    .default("http://deb.debian.org/debian")
    .describe("Package mirror of the installer and the nodes; plain http, packages are signed."),
  security_mirror: z
    .url({ protocol: /^http$/ })
    .nullable()
    .default("http://security.debian.org/debian-security")
    .describe("Security updates; null where only one mirror is reachable."),
  kernel: z
    .string()
    .regex(/^linux-image-[a-z0-9.+-]+$/)
    .default("linux-image-amd64")
    .describe("Kernel package of nodes installed by preseed."),
  extra_initrd: z
    .string()
    .regex(/^[A-Za-z0-9._/-]{1,200}$/)
    .optional()
    .describe("A second initrd for the Debian installer, as a path under the assets folder."),
});

/** What people paste from examples and forget: a system nobody can log in to, or everybody. */
const placeholder = /change.?me|your[-_ ]?key|placeholder|example|AAAA\.\.\.|<.*>/i;

const Access = z.strictObject({
  ssh_keys_file: FilePath.optional().describe("File with public SSH keys, one a line, that may log in to every node as the admin user."),
  root_password_hash_file: FilePath.optional().describe(
    "File with a crypt(3) hash of root's console password. Left out: no password login.",
  ),
  admin_user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/)
    .default("muster")
    .describe("The user people log in as; may use sudo."),
});

const Ansible = z.strictObject({
  directory: FilePath.optional().describe("Folder of playbooks and roles. Left out: the one Muster brings."),
  playbook: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,60}\.ya?ml$/)
    .default("playbook.yaml")
    .describe("What makes a machine that called home a ready node."),
  concurrency: z.int().min(1).max(64).default(4).describe("How many runs at once."),
  deadline_seconds: z.int().min(30).max(86_400).default(3600).describe("After this a run is stopped; its job has timed out."),
  output_mib: z
    .int()
    .min(1)
    .max(4096)
    .default(64)
    .describe("How much of a job's output is kept, in MiB: its beginning and its end; what is left out is marked."),
  unreachable_retries: z
    .int()
    .min(0)
    .max(20)
    .default(2)
    .describe(
      "How often a run is tried again when its node could not be reached: after 10 s, 30 s, 90 s and so on. A failed task never is.",
    ),
});

export const Config = z.strictObject({
  control: Control.prefault({}).describe("API, dashboard and call-home."),
  netboot: Netboot.prefault({}).describe("DHCP, TFTP and boot HTTP."),
  profile: Profile.default("image").describe(
    "How machines are installed unless told otherwise: image (fast) or preseed (Debian installer).",
  ),
  debian: Debian.prefault({}).describe("What is installed."),
  access: Access.prefault({}).describe("Who may log in to nodes."),
  ansible: Ansible.prefault({}).describe("How nodes are configured."),
  power: Power.prefault({}).describe("How machines are switched on and off."),
  log: z
    .strictObject({ level: z.enum(["debug", "info", "warn", "error"]).default("info").describe("Lowest level that is written.") })
    .prefault({})
    .describe("Logging."),
});
export type Config = z.output<typeof Config>;

export function loadConfig(file: string): Config {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new MusterError("CONFIG_NOT_FOUND", `cannot read ${file}`, { cause });
  }
  return parseConfig(text, file);
}

export function parseConfig(text: string, file: string): Config {
  try {
    // YAML 1.2, where `off` is a word (decision 0006).
    return checked(Config.parse(parse(text) ?? {}));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? new Error(configProblems(cause, Config)) : cause;
    throw new MusterError("CONFIG_INVALID", `cannot use ${file}`, { cause: reason });
  }
}

/** What needs two keys to be seen. */
function checked(config: Config): Config {
  const { netboot } = config;
  if (netboot.dhcp !== "off" && !netboot.interface) throw new Error(`netboot.interface: is needed when netboot.dhcp is ${netboot.dhcp}`);
  if (netboot.dhcp === "full" && !netboot.range) throw new Error("netboot.range: is needed when netboot.dhcp is full");
  for (const index of netboot.subnets.keys()) checkSubnet(index, netboot.subnets);
  return config;
}

function checkSubnet(index: number, all: readonly z.output<typeof Subnet>[]): void {
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

export interface AccessSecrets {
  sshKeys: string[];
  rootPasswordHash?: string;
}

const sshKey =
  /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]{40,}={0,3}( [^\n\r]*)?$/;
const cryptHash = /^\$(6|5|y|2[aby])\$[./A-Za-z0-9$=,+-]{20,200}$/;

/** The keys and the hash the access section points to. A placeholder stops the start: it would lock everybody out, or nobody. */
export function loadAccess({ access }: Config): AccessSecrets {
  const sshKeys = access.ssh_keys_file ? lines(read(access.ssh_keys_file, "access.ssh_keys_file")) : [];
  for (const key of sshKeys) {
    if (placeholder.test(key) || !sshKey.test(key)) {
      throw new MusterError(
        "CONFIG_INVALID",
        `access.ssh_keys_file: ${access.ssh_keys_file} has a line that is not a public SSH key: ${key.slice(0, 40)}`,
      );
    }
  }
  if (!access.root_password_hash_file) return { sshKeys };
  const rootPasswordHash = read(access.root_password_hash_file, "access.root_password_hash_file").trim();
  if (placeholder.test(rootPasswordHash) || !cryptHash.test(rootPasswordHash)) {
    throw new MusterError(
      "CONFIG_INVALID",
      `access.root_password_hash_file: ${access.root_password_hash_file} does not hold a crypt hash; make one with \`mkpasswd -m yescrypt\``,
    );
  }
  return { sshKeys, rootPasswordHash };
}

function read(file: string, field: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new MusterError("CONFIG_INVALID", `${field}: cannot read ${file}`, { cause });
  }
}

const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
