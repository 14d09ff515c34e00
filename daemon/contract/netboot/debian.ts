/** The Debian release for each kind of processor. */
import type { CpuArch, Profile } from "../machines/node.ts";

export interface DebianPin {
  release: number;
  architecture: string;
  /** Installation methods. Empty if Muster does not install the release. */
  profiles: readonly Profile[];
  /** The reason why this is not the newest Debian release. */
  because?: string;
}

export const debianFor: Record<CpuArch, DebianPin> = {
  "x86-64": { release: 13, architecture: "amd64", profiles: ["image", "preseed"] },
  i686: { release: 12, architecture: "i386", profiles: [], because: "this CPU is 32-bit; Debian 13 has no installer and no kernel for it" },
};
