/** A table of the boot file for each kind of firmware, by IANA "processor architecture type". */

/**
 * The position of a client in its chain of boot programs. The stage determines which kind of file the client can
 * execute next.
 */
export type BootStage = "bios-rom" | "uefi-rom" | "uefi-http" | "ipxe" | "operating-system";

export type BootFile = { kind: "file"; name: string } | { kind: "refused"; reason: string };

interface Firmware {
  title: string;
  /**
   * The path of the boot file, relative to the TFTP root and to `/assets/ipxe/`. The field is absent if Muster has no
   * boot file for this firmware.
   */
  file?: string;
}

/**
 * The boot file `snponly.efi` uses the network driver of the firmware. The firmware's driver certainly works, because
 * it has already loaded the boot file. The network drivers in `ipxe.efi` hang on some Realtek and Atheros cards. The
 * operator can choose either of the two files for a machine.
 */
const X64_EFI = "snponly.efi";
const ARM64_EFI = "ipxe-arm64.efi";
/**
 * Debian builds no iPXE for 32-bit UEFI, so such a machine boots GRUB. GRUB boots the machine with the same boot
 * scripts from the server.
 */
const X86_EFI = "grubia32.efi";

const table = new Map<number, Firmware>([
  [0, { title: "x86 BIOS", file: "undionly.kpxe" }],
  [1, { title: "NEC PC-98" }],
  [2, { title: "Itanium UEFI" }],
  [3, { title: "DEC Alpha" }],
  [4, { title: "ARC x86" }],
  [5, { title: "Intel Lean Client" }],
  [6, { title: "32-bit x86 UEFI", file: X86_EFI }],
  [7, { title: "x86-64 UEFI", file: X64_EFI }],
  [8, { title: "XScale EFI" }],
  // IANA assigns this number to EBC, but RFC 4578 and much firmware use the number for x86-64.
  [9, { title: "x86-64 UEFI", file: X64_EFI }],
  [10, { title: "32-bit ARM UEFI" }],
  [11, { title: "64-bit ARM UEFI", file: ARM64_EFI }],
  [12, { title: "PowerPC Open Firmware" }],
  [13, { title: "PowerPC ePAPR" }],
  [14, { title: "POWER OPAL" }],
  [15, { title: "32-bit x86 UEFI HTTP", file: X86_EFI }],
  [16, { title: "x86-64 UEFI HTTP", file: X64_EFI }],
  [17, { title: "EBC UEFI HTTP" }],
  [18, { title: "32-bit ARM UEFI HTTP" }],
  [19, { title: "64-bit ARM UEFI HTTP", file: ARM64_EFI }],
  [20, { title: "x86 BIOS HTTP" }],
  [21, { title: "32-bit ARM U-Boot" }],
  [22, { title: "64-bit ARM U-Boot" }],
  [23, { title: "32-bit ARM U-Boot HTTP" }],
  [24, { title: "64-bit ARM U-Boot HTTP" }],
  [25, { title: "32-bit RISC-V UEFI" }],
  [26, { title: "32-bit RISC-V UEFI HTTP" }],
  [27, { title: "64-bit RISC-V UEFI" }],
  [28, { title: "64-bit RISC-V UEFI HTTP" }],
  [29, { title: "128-bit RISC-V UEFI" }],
  [30, { title: "128-bit RISC-V UEFI HTTP" }],
  [31, { title: "s390 Basic" }],
  [32, { title: "s390 Extended" }],
  [33, { title: "32-bit MIPS UEFI" }],
  [34, { title: "64-bit MIPS UEFI" }],
  [35, { title: "32-bit Sunway UEFI" }],
  [36, { title: "64-bit Sunway UEFI" }],
  [37, { title: "32-bit LoongArch UEFI" }],
  [38, { title: "32-bit LoongArch UEFI HTTP" }],
  [39, { title: "64-bit LoongArch UEFI" }],
  [40, { title: "64-bit LoongArch UEFI HTTP" }],
  [41, { title: "Raspberry Pi boot ROM" }],
]);

/** True if firmware of this kind fetches its boot file by HTTP, and calls itself `HTTPClient` in option 60. */
export const bootsByHttp = (arch: number): boolean => table.get(arch)?.title.endsWith(" HTTP") ?? false;
export const isKnownArchitecture = (arch: number): boolean => table.has(arch);
export const architectureTitle = (arch: number): string => table.get(arch)?.title ?? `architecture ${arch}`;

export function bootFileFor(arch: number, stage: BootStage, override: string | undefined, exists: (file: string) => boolean): BootFile {
  if (stage === "operating-system") return { kind: "refused", reason: "not booting over the network" };
  const name = override ?? table.get(arch)?.file;
  if (name === undefined) return { kind: "refused", reason: `no boot file runs on ${architectureTitle(arch)} (architecture ${arch})` };
  if (!exists(name)) return { kind: "refused", reason: `the boot file ${name} for ${architectureTitle(arch)} is not among the assets` };
  return { kind: "file", name };
}
