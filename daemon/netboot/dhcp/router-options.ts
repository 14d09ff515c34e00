/**
 * Lists the options to set on the LAN's own DHCP server. With these options, firmware that cannot merge the offers of
 * two servers can boot with a single server.
 */
import { architectureTitle, bootFileFor } from "../../../pxe/dhcp/decision/firmware.ts";
import type { ServerIdentity } from "../../../pxe/dhcp/decision/reply.ts";

/** The numbers of the common architectures: BIOS, x86-64 UEFI (two numbers), and 64-bit ARM UEFI. */
const common = [0, 7, 9, 11];

export function routerOptions({ address, bootUrl, hasBootFile }: ServerIdentity): string[] {
  const files = common.flatMap((arch) => {
    const file = bootFileFor(arch, arch === 0 ? "bios-rom" : "uefi-rom", undefined, hasBootFile);
    return file.kind === "file" ? [{ arch, name: file.name }] : [];
  });
  return [
    `next-server, and option 66 (TFTP server): ${address}`,
    ...files.map(
      ({ arch, name }) => `boot file, option 67, for client architecture (option 93) ${arch}, ${architectureTitle(arch)}: ${name}`,
    ),
    `boot file, option 67, when the user class (option 77) is iPXE: ${bootUrl}/boot.ipxe. Without this rule iPXE loads itself in an endless loop`,
    "no option 43 and no option 60",
    `in dnsmasq (OpenWrt, Pi-hole): ${dnsmasqLines(files, address, bootUrl).join("  ")}`,
  ];
}

function dnsmasqLines(files: { arch: number; name: string }[], address: string, bootUrl: string): string[] {
  return [
    "dhcp-userclass=set:ipxe,iPXE",
    ...files.map(({ arch }) => `dhcp-match=set:arch${arch},option:client-arch,${arch}`),
    ...files.map(({ arch, name }) => `dhcp-boot=tag:!ipxe,tag:arch${arch},${name},,${address}`),
    `dhcp-boot=tag:ipxe,${bootUrl}/boot.ipxe`,
  ];
}
