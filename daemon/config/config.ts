/** The whole configuration: one schema, parsed once. Secrets are given as paths, so printing a Config never leaks one. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";
import { OUTPUT_DAYS_MIN } from "../contract/jobs/job.ts";
import { Profile } from "../contract/machines/node.ts";
import { MusterError } from "../errors/errors.ts";
import { Power } from "../machines/power/settings.ts";
import { AlertSettings } from "./alerts.ts";
import { AuditSettings } from "./audit.ts";
import { MaintenanceSettings } from "./maintenance.ts";
import { Cidr, checkNetboot, Netboot, Port } from "./netboot.ts";
import { PolicySection } from "./policy.ts";
import { configProblems } from "./problems.ts";
import { ServicesSection } from "./services.ts";
import { ToolsSection } from "./tools.ts";

const FilePath = z.string().min(1).max(4096);

const Control = z.strictObject({
  host: z.union([z.ipv4(), z.ipv6()]).default("0.0.0.0").describe("Address the API and the dashboard listen on."),
  port: Port.default(8000).describe("TCP port of the API and the dashboard."),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("What nodes call home to. Left out: http://<our address where the node boots>:<control.port>."),
  open_metrics: z.boolean().default(false).describe("Answer /metrics and the OpenAPI document to whoever asks, without a key."),
  requests_per_minute: z
    .strictObject({
      sensitive: z.int().min(1).max(100_000).default(10).describe("Logins, keys, votes, wipes: for each key, or address."),
      normal: z
        .int()
        .min(1)
        .max(100_000)
        .default(100)
        .describe("Whatever else changes something: for each key. And wrong keys from one address."),
      reading: z.int().min(1).max(1_000_000).default(3000).describe("What only reads: for each key."),
    })
    .prefault({})
    .describe("How much a key may ask. Its sessions of the page are counted apart; machines that call home are not."),
  node_networks: z.array(Cidr).default([]).describe("Networks a node may call home from. Left out: the networks machines boot from."),
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
  wave_size: z
    .int()
    .min(1)
    .max(200)
    .default(50)
    .describe("How many nodes one run may configure, each on its own: 1 gives every node a run."),
  gather_seconds: z
    .number()
    .min(0)
    .max(30)
    .default(2)
    .describe("How long a run waits for more nodes to call home; a quarter of it when none comes."),
  deadline_seconds: z.int().min(30).max(86_400).default(3600).describe("After this a run is stopped; its job has timed out."),
  output_mib: z
    .int()
    .min(1)
    .max(4096)
    .default(64)
    .describe("How much of a job's output is kept, in MiB: its beginning and its end; what is left out is marked."),
  output_days: z
    .int()
    .min(OUTPUT_DAYS_MIN)
    .max(36_500)
    .default(90)
    .describe("How long a job's output is kept after its last line; what came of the job stays."),
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
  maintenance: MaintenanceSettings.prefault({}).describe("When schedules may change nodes."),
  tools: ToolsSection.prefault({}).describe("What can be done to nodes."),
  policy: PolicySection.prefault({}).describe("What may be done without asking people, and whom to ask."),
  services: ServicesSection.prefault({}).describe("Other services beside Muster."),
  alerts: AlertSettings.prefault({}).describe("What is told to people, and where."),
  audit: AuditSettings.prefault({}).describe("How the audit is kept."),
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
    const config = Config.parse(parse(text) ?? {});
    checkNetboot(config.netboot);
    return config;
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? new Error(configProblems(cause, Config)) : cause;
    throw new MusterError("CONFIG_INVALID", `cannot use ${file}`, { cause: reason });
  }
}

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
