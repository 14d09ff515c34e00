/** Lists the files that each task needs from the assets folder. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Profile } from "../contract/machines/node.ts";
import { MusterError } from "../errors/errors.ts";

export const loaders = ["ipxe/undionly.kpxe", "ipxe/snponly.efi"] as const;
/** Loaders for rare machines. The daemon also starts without these files. */
export const rareLoaders = ["ipxe/grubia32.efi", "ipxe/ipxe-arm64.efi"] as const;

const image = (...files: string[]): string[] => files.map((file) => `image/13/amd64/${file}`);
// The initrd of an image without the rescue system can only install. Such an image is too old for the wiper.
const ourSystem = image("vmlinuz", "initrd.img", "rescue.img");

const needed: Record<Profile | "rescue" | "wipe", readonly string[]> = {
  preseed: ["debian-installer/13/amd64/linux", "debian-installer/13/amd64/initrd.gz"],
  image: image("vmlinuz", "initrd.img", "root.tar.zst", "manifest.json"),
  rescue: ourSystem,
  wipe: ourSystem,
};

export const bootFilesFor = (what: keyof typeof needed): readonly string[] => [...loaders, ...needed[what]];

/** Throws if the assets folder lacks a file that this profile or task needs. */
export function requireBootFiles(assets: string, what: keyof typeof needed): void {
  const missing = bootFilesFor(what).find((file) => !existsSync(join(assets, file)));
  if (missing) throw new MusterError("BOOT_FILES_MISSING", `${missing} is not among the assets`);
}
