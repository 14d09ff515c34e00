/** Lists the files that each task needs from the assets folder, and checks that they are of the configured Debian release. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Profile } from "../contract/machines/node.ts";
import { imageFolder, installerFolder, Suite } from "../contract/netboot/suite.ts";
import { MusterError } from "../errors/errors.ts";
import { anotherRelease, imageSuite } from "./answers/image-manifest.ts";

export type BootTask = Profile | "rescue" | "wipe";

export const loaders = ["ipxe/undionly.kpxe", "ipxe/snponly.efi"] as const;
/** Loaders for rare machines. The daemon also starts without these files. */
export const rareLoaders = ["ipxe/grubia32.efi", "ipxe/ipxe-arm64.efi"] as const;

// The initrd of an image without the rescue system can only install. Such an image is too old for the wiper.
const ourSystem = ["vmlinuz", "initrd.img", "rescue.img"];

const needed: Record<BootTask, readonly string[]> = {
  preseed: ["linux", "initrd.gz"],
  image: ["vmlinuz", "initrd.img", "root.tar.zst", "manifest.json"],
  rescue: ourSystem,
  wipe: ourSystem,
};

export const bootFilesFor = (what: BootTask, suite: Suite): readonly string[] => [...loaders, ...systemFiles(what, suite)];

export const missingBootFiles = (assets: string, what: BootTask, suite: Suite): string[] =>
  bootFilesFor(what, suite).filter((file) => !existsSync(join(assets, file)));

/** Throws if the assets folder lacks a file that this profile or task needs, or has the files of another release. */
export function requireBootFiles(assets: string, what: BootTask, suite: Suite): void {
  const [missing] = missingBootFiles(assets, what, suite);
  const problem = otherRelease(assets, what, suite) ?? (missing && `${missing} is not among the assets`);
  if (problem !== undefined) throw new MusterError("BOOT_FILES_MISSING", problem);
}

/** Returns a sentence if the boot files are of another release than the configuration names. */
export function otherRelease(assets: string, what: BootTask, suite: Suite): string | undefined {
  const found = what === "preseed" ? undefined : imageSuite(assets, suite);
  const other = found ?? Suite.options.find((each) => each !== suite && complete(assets, what, each));
  if (other === undefined || other === suite || (found === undefined && complete(assets, what, suite))) return undefined;
  return anotherRelease(what === "preseed" ? "the Debian installer" : "the image", other, suite);
}

const complete = (assets: string, what: BootTask, suite: Suite): boolean =>
  systemFiles(what, suite).every((file) => existsSync(join(assets, file)));

function systemFiles(what: BootTask, suite: Suite): string[] {
  const folder = what === "preseed" ? installerFolder(suite) : imageFolder(suite);
  return needed[what].map((file) => `${folder}/${file}`);
}
