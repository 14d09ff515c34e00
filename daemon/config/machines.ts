/** The schema of the `machines` section, which configures installation, login, power and call-home of machines. */
import * as z from "zod";
import { Profile } from "../contract/machines/node.ts";
import { DEFAULT_SUITE, Suite } from "../contract/netboot/suite.ts";
import { Power } from "../machines/power/settings.ts";
import { AnyNetwork } from "./netboot.ts";

const FilePath = z.string().min(1).max(4096);

const CallHome = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Address that nodes call home to. Default: http://<our address on the node's network>:<admin.control.port>."),
  networks: z
    .array(AnyNetwork)
    .default([])
    .describe("Networks that nodes may call home from. Default: the networks that machines boot from."),
  relayed: z
    .array(AnyNetwork)
    .max(64)
    .default([])
    .describe(
      "Networks of NAT routers and proxies through which nodes call home. Elsewhere, a node reports the address of its connection.",
    ),
});

const Debian = z.strictObject({
  suite: Suite.default(DEFAULT_SUITE).describe(
    "Debian release of the nodes: image, Debian installer and package sources. After a change, fetch and build the boot files again.",
  ),
  mirror: z
    .url({ protocol: /^http$/ })
    .default("http://deb.debian.org/debian")
    .describe("Package mirror for the installer and the nodes. Plain http, because packages are signed."),
  security_mirror: z
    .url({ protocol: /^http$/ })
    .nullable()
    .default("http://security.debian.org/debian-security")
    .describe("Mirror of security updates; null where only one mirror is reachable."),
  kernel: z
    .string()
    .regex(/^linux-image-[a-z0-9.+-]+$/)
    .default("linux-image-amd64")
    .describe("Kernel package of nodes installed with the preseed profile."),
  extra_initrd: z
    .string()
    .regex(/^[A-Za-z0-9._/-]{1,200}$/)
    .optional()
    .describe("A second initrd for the Debian installer, as a path below the assets folder."),
});

const Access = z.strictObject({
  ssh_keys_file: FilePath.optional().describe("File with public SSH keys, one a line, that may log in to every node as the admin user."),
  root_password_hash_file: FilePath.optional().describe(
    "File with a crypt(3) hash of root's console password. Default: no login with a password.",
  ),
  admin_user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/)
    .default("muster")
    .describe("User that people log in as; it may use sudo."),
});

export const MachinesSection = z.strictObject({
  profile: Profile.default("image").describe("Installation method unless a command names one: image (fast) or preseed (Debian installer)."),
  debian: Debian.prefault({}).describe("The Debian system that is installed."),
  access: Access.prefault({}).describe("Logins to the nodes."),
  power: Power.prefault({}).describe("Drivers that switch machines on and off."),
  call_home: CallHome.prefault({}).describe("The call of a node after its installation."),
});
