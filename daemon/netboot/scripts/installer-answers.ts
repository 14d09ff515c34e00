/** Writes the installer files: answers for the Debian installer, settings for Muster's own initrd, and the finishing script. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { imageFolder, type Suite } from "../../contract/netboot/suite.ts";
import { render, templateText } from "./templates.ts";

export interface InstallInput {
  name: string;
  mac: string;
  key: string;
  bootUrl: string;
  controlUrl: string;
  domain: string;
  /** The disk that is configured for this node. An empty text selects the first disk that is not removable. */
  disk: string;
  suite: Suite;
  mirror: string;
  securityMirror: string | null;
  kernel: string;
  /** The public keys that may log in as root. The executor's key is the first key. */
  sshKeys: readonly string[];
  /** The crypt(3) hash of root's password. The value "*" prevents logins with a password. */
  rootPassword: string;
}

export function preseed(input: InstallInput): string {
  const mirror = new URL(input.mirror);
  return render("preseed.cfg", {
    name: input.name,
    domain: input.domain,
    // The mirror must be a host name. In a URL, the installer would interpret "http:" as a host.
    mirror_host: mirror.host,
    mirror_directory: mirror.pathname.replace(/\/$/, "") || "/",
    security_host: input.securityMirror === null ? "" : new URL(input.securityMirror).host,
    suite: input.suite,
    kernel: input.kernel,
    root_password: input.rootPassword,
    answers_url: `${input.bootUrl}/preseed/${input.key}`,
    progress_url: `${input.bootUrl}/progress/${input.key}`,
    time_url: `${input.bootUrl}/time`,
  });
}

/** The functions with which Muster's own installer and the wiper choose disks. */
const diskRules = join(import.meta.dirname, "../../../scripts/image/initrd/lib/disk.sh");

/** Returns a script that the Debian installer runs before it partitions the disk. */
export const diskScript = ({ bootUrl, key, disk }: Pick<InstallInput, "bootUrl" | "key" | "disk">): string =>
  render("disk.sh", { progress_url: `${bootUrl}/progress/${key}`, disk, disk_rules: readFileSync(diskRules, "utf8") });

/** Returns the script with which both installers describe the hardware in the same way. */
export const factsScript = (): string => templateText("facts.sh");

/** Returns assignments of shell variables for Muster's own initrd. */
export function installConf(input: InstallInput & { rootSha256: string }): string {
  const variables = {
    MUSTER_HOSTNAME: input.name,
    MUSTER_DISK: input.disk,
    MUSTER_ROOT_URL: `${input.bootUrl}/assets/${imageFolder(input.suite)}/root.tar.zst`,
    MUSTER_ROOT_SHA256: input.rootSha256,
    MUSTER_FINISH_URL: `${input.bootUrl}/preseed/${input.key}/finish.sh`,
    MUSTER_PROGRESS_URL: `${input.bootUrl}/progress/${input.key}`,
  };
  return Object.entries(variables)
    .map(([name, value]) => render("assignment.sh", { name, value }))
    .join("");
}

export function finishScript(input: InstallInput & { token: string }): string {
  return render("finish.sh", {
    name: input.name,
    domain: input.domain,
    mirror: input.mirror,
    security_mirror: input.securityMirror ?? "",
    suite: input.suite,
    suites: input.securityMirror === null ? input.suite : `${input.suite} ${input.suite}-updates`,
    ssh_keys: input.sshKeys,
    root_password: input.rootPassword,
    control_url: input.controlUrl,
    token: input.token,
    mac: input.mac,
    call_home: templateText("call-home.py").trimEnd(),
    call_home_unit: templateText("call-home.service").trimEnd(),
  });
}
