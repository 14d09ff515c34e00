/** Defines the section `machines.power` of the configuration. Passwords are in files that only the executor opens. */
import * as z from "zod";
import { Mac, NodeName } from "../../contract/names.ts";

const FilePath = z.string().regex(/^\/[^\0]{1,4095}$/, "is not an absolute path such as /etc/muster/bmc-password");
/** A host is passed to other programs as an argument, so the host must not begin with `-`. */
const Host = z
  .union([z.ipv4(), z.ipv6(), z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/)], "is not an address or a host name")
  .describe("Address of its BMC.");
const User = z.string().regex(/^[\x21-\x7e]{1,64}$/, "is not a user name: printable characters without spaces");

const Wol = z.strictObject({ driver: z.literal("wol") });
const Manual = z.strictObject({
  driver: z.literal("manual"),
  /** The instructions for the person at the machine, for example "shelf 3, left: hold the button for 5 s". */
  instructions: z.string().min(1).max(500).optional(),
});

const placeholders = ["{mac}", "{name}", "{address}"] as const;
const Word = z
  .string()
  .max(4096)
  .refine(
    (word) => placeholders.every((each) => word === each || !word.includes(each)),
    `contains a placeholder inside a word; ${placeholders.join(", ")} must be words of their own`,
  );
const CommandLine = z
  .array(Word)
  .min(1)
  .max(64)
  .refine(([program = ""]) => /^\/[^\0]+$/.test(program), "must begin with the absolute path of a program; no shell is used");
const Command = z
  .strictObject({
    driver: z.literal("command"),
    /** The value of the placeholder `{address}`. The default is the machine's own address. */
    address: Host.optional(),
    on: CommandLine.optional(),
    off: CommandLine.optional(),
    cycle: CommandLine.optional(),
    /** The command that reports the power state. The first word of the command's output must be `on` or `off`. */
    status: CommandLine.optional(),
  })
  .refine(({ on, off, cycle, status }) => on ?? off ?? cycle ?? status, "has none of on, off, cycle, status");

const Ipmi = z.strictObject({
  driver: z.literal("ipmi"),
  address: Host,
  port: z.int().min(1).max(65_535).default(623),
  user: User.optional(),
  password_file: FilePath,
  interface: z.enum(["lanplus", "lan"]).default("lanplus"),
  privilege: z.enum(["user", "operator", "administrator"]).default("operator"),
  /** The number of the cipher suite. Old BMCs support suite 3, but fail if a client requests a list of supported suites. */
  cipher_suite: z.int().min(0).max(17).optional(),
});

const Redfish = z.strictObject({
  driver: z.literal("redfish"),
  /**
   * The address of the BMC. For a host name or an IP address, Muster uses HTTPS. The address may also be the
   * beginning of a URL.
   */
  address: z.union([Host, z.url({ protocol: /^https?$/ })], "is not an address, a host name or a URL"),
  user: User,
  password_file: FilePath,
  /** The name of the system to control, for a BMC that manages several systems. */
  system: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "is not the name of a system")
    .optional(),
  /** The fingerprint of the BMC's certificate, for a certificate that no authority has signed. */
  certificate_sha256: z
    .string()
    .regex(/^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$/, "is not a SHA-256 fingerprint")
    .optional(),
});

export const PowerSetting = z.discriminatedUnion("driver", [Wol, Ipmi, Redfish, Command, Manual]);
export type PowerSetting = z.output<typeof PowerSetting>;
export type SettingOf<D extends PowerSetting["driver"]> = Extract<PowerSetting, { driver: D }>;

export const Power = z.strictObject({
  default: z
    .discriminatedUnion("driver", [Wol, Command, Manual])
    .optional()
    .describe("Driver of nodes not listed below: { driver: wol }, command or manual. Default: none."),
  timeout_seconds: z.int().min(5).max(25).default(20).describe("Seconds that an action may take, including the answers of the BMC."),
  nodes: z
    .record(z.union([Mac, NodeName], "is neither a MAC address nor the name of a node"), PowerSetting)
    .default({})
    .describe(
      "Drivers by name or MAC address, for example n1: { driver: ipmi, address: 10.0.9.1, user: muster, password_file: /etc/muster/bmc }; drivers: wol, ipmi, redfish, command, manual.",
    ),
});
export type Power = z.output<typeof Power>;
