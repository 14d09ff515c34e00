/**
 * Writes the iPXE scripts that request an action, wait, install, or boot the disk. The scripts use only
 * commands that iPXE has supported since 2019.
 */
import type { Profile } from "../../contract/machines/node.ts";
import type { LocalBoot } from "../../contract/netboot/quirk.ts";
import { imageFolder, installerFolder, type Suite } from "../../contract/netboot/suite.ts";
import { render } from "./templates.ts";

/** The seconds after which a waiting machine repeats its request. */
export const POLL_SECONDS = 3;

export const genericScript = (bootUrl: string): string => render("generic.ipxe", { boot_url: bootUrl });

export const autoexecScript = (bootUrl: string): string => render("autoexec.ipxe", { boot_url: bootUrl });

export function waitScript(input: {
  bootUrl: string;
  name: string;
  mac: string;
  reason: string;
  waitedSeconds: number;
  limitSeconds: number;
}): string {
  return render("wait.ipxe", {
    boot_url: input.bootUrl,
    name: input.name,
    mac: hyphenated(input.mac),
    reason: input.reason,
    left: Math.max(input.limitSeconds - input.waitedSeconds, 0),
    waited: input.waitedSeconds + POLL_SECONDS,
    poll_seconds: POLL_SECONDS,
  });
}

export interface InstallScriptInput {
  bootUrl: string;
  profile: Profile;
  suite: Suite;
  name: string;
  mac: string;
  /** The one-time key of the install. */
  key: string;
  domain: string;
  /** The path of the initrd, relative to the assets folder. */
  extraInitrd?: string | undefined;
}

/** These kernel arguments also send messages to the first serial port, because old servers have no screen. */
const CONSOLES = "console=tty0 console=ttyS0,115200n8";

export function installScript(input: InstallScriptInput): string {
  const assets = `${input.bootUrl}/assets`;
  const bootif = `BOOTIF=01-${hyphenated(input.mac)}`;
  if (input.profile === "image") {
    const folder = `${assets}/${imageFolder(input.suite)}`;
    return render("install.ipxe", {
      name: input.name,
      profile: input.profile,
      kernel: `${folder}/vmlinuz`,
      // UEFI finds the initrd by this name, and BIOS ignores the name.
      arguments: `initrd=initrd.img muster.url=${input.bootUrl} muster.key=${input.key} ${bootif} ${CONSOLES}`,
      initrds: [`${folder}/initrd.img`],
    });
  }
  const folder = `${assets}/${installerFolder(input.suite)}`;
  const extra = input.extraInitrd === undefined ? [] : [`${assets}/${input.extraInitrd}`];
  const named = ["initrd=initrd.gz", ...extra.map((url) => `initrd=${url.slice(url.lastIndexOf("/") + 1)}`)].join(" ");
  return render("install.ipxe", {
    name: input.name,
    profile: input.profile,
    kernel: `${folder}/linux`,
    // The installer needs these arguments before it can fetch its answers. For the network setup (netcfg), settings
    // in the fetched preseed file would be too late.
    arguments: [
      named,
      `auto=true priority=critical url=${input.bootUrl}/preseed/${input.key}/preseed.cfg`,
      `interface=auto ${bootif} hostname=${input.name} domain=${input.domain} netcfg/dhcp_timeout=90`,
      "DEBIAN_FRONTEND=text",
      CONSOLES,
      "---",
    ].join(" "),
    initrds: [`${folder}/initrd.gz`, ...extra],
  });
}

export function localScript(input: { name: string; way: LocalBoot; reason: string }): string {
  return render("local.ipxe", input);
}

export const hyphenated = (mac: string): string => mac.replaceAll(":", "-");
