/** Which files, below the assets folder, must be there for what. */
import type { Profile } from "../contract/node.ts";

export const loaders = ["ipxe/undionly.kpxe", "ipxe/snponly.efi"] as const;

const installers: Record<Profile, readonly string[]> = {
  preseed: ["debian-installer/13/amd64/linux", "debian-installer/13/amd64/initrd.gz"],
  image: ["image/13/amd64/vmlinuz", "image/13/amd64/initrd.img", "image/13/amd64/root.tar.zst", "image/13/amd64/manifest.json"],
};

export const bootFilesFor = (profile: Profile): readonly string[] => [...loaders, ...installers[profile]];
