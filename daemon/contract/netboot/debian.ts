/** Which Debian each kind of processor gets, as data: when Debian or Muster changes, this table does. */
import type { CpuArch, Profile } from "../machines/node.ts";

export interface DebianPin {
  release: number;
  architecture: string;
  /** How Muster installs it; empty where it does not. */
  profiles: readonly Profile[];
  /** Why it is not the newest. */
  because?: string;
}

export const debianFor: Record<CpuArch, DebianPin> = {
  "x86-64": { release: 13, architecture: "amd64", profiles: ["image", "preseed"] },
  i686: { release: 12, architecture: "i386", profiles: [], because: "this CPU is 32-bit; Debian 13 has no installer and no kernel for it" },
};
