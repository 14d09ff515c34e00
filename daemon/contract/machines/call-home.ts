/** The first message of a freshly installed or enrolled machine. Muster does not trust the message. */
import * as z from "zod";
import { Mac, NodeName } from "../names.ts";
import { Facts } from "./node.ts";

/** An SSH host key such as `ssh-ed25519 AAAA…`, without a comment. */
const SshHostKey = z
  .string()
  .regex(/^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{40,4096}={0,3}$/, "is not an OpenSSH public host key");

/**
 * Replaces control characters, which firmware tables can contain. Control characters must not make Muster refuse the
 * message, and must not reach a terminal.
 */
const printable = (facts: Facts): Facts =>
  JSON.parse(JSON.stringify(facts), (_, value: unknown) => (typeof value === "string" ? value.replace(/\p{Cc}/gu, " ").trim() : value));

export const CallHome = z.strictObject({
  ip_address: z.union([z.ipv4("is not a literal IPv4 address"), z.ipv6()], "is not a literal IP address"),
  hostname: NodeName,
  token: z.string().min(16).max(200),
  mac: Mac,
  ssh_host_key: SshHostKey,
  facts: Facts.transform(printable).default({}),
});
export type CallHome = z.output<typeof CallHome>;

export const CallHomeAccepted = z.object({ message: z.string(), job_id: z.string() });

/** The status words and fields of the documented provisioning API. */
export const ProvisioningStatus = z.object({
  status: z.enum(["running", "success", "failed"]),
  start_time: z.string(),
  end_time: z.string().nullable(),
  log: z.string(),
  job_id: z.string(),
});
export type ProvisioningStatus = z.output<typeof ProvisioningStatus>;
