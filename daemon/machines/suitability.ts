/** Whether a machine can run what a profile installs. What nobody has said of it yet is no obstacle. */

import type { Facts, Profile } from "../contract/machines/node.ts";
import { debianFor } from "../contract/netboot/debian.ts";

/** As iPXE calls the processors it is built for that are not a PC's. */
const foreign = ["arm32", "arm64", "riscv32", "riscv64", "loong64"];

/** The reason against it, or nothing. */
export function unsuitable(
  { cpuArch, arch, firmwareBits }: Pick<Facts, "cpuArch" | "arch" | "firmwareBits">,
  profile: Profile,
): string | undefined {
  if (arch !== undefined && foreign.includes(arch)) return `this machine's processor is ${arch}; Muster installs Debian amd64`;
  const { release, architecture, profiles, because } = debianFor[cpuArch ?? "x86-64"];
  if (!profiles.includes(profile))
    return `${because ?? `this CPU is ${cpuArch}`}; Debian ${release} ${architecture} runs on it, installed by hand (\`muster token create\` lets it call home)`;
  if (firmwareBits === 32 && profile === "image")
    return "this machine has 32-bit UEFI, and the image brings a boot loader of 64 bits; arm it with --profile preseed";
  return undefined;
}
