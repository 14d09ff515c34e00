/** Checks whether a machine can run the system that a profile installs. An unknown fact does not prevent the install. */

import type { Facts, Profile } from "../contract/machines/node.ts";
import { debianFor } from "../contract/netboot/debian.ts";

/** The names that iPXE uses for processors other than x86. */
const foreign = ["arm32", "arm64", "riscv32", "riscv64", "loong64"];

/** Returns the reason why the machine cannot run the system, or undefined. */
export function unsuitable(
  { cpuArch, arch, firmwareBits }: Pick<Facts, "cpuArch" | "arch" | "firmwareBits">,
  profile: Profile,
): string | undefined {
  if (arch !== undefined && foreign.includes(arch)) return `this machine's processor is ${arch}; Muster installs Debian amd64`;
  const { release, architecture, profiles, because } = debianFor[cpuArch ?? "x86-64"];
  if (!profiles.includes(profile))
    return `${because ?? `this CPU is ${cpuArch}`}; Debian ${release} ${architecture} runs on it, installed by hand (\`muster token create\` lets it call home)`;
  if (firmwareBits === 32 && profile === "image")
    return "this machine has 32-bit UEFI, but the image has a 64-bit boot loader; arm it with --profile preseed";
  return undefined;
}
