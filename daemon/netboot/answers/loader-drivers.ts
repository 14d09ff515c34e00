/**
 * Names the two builds of iPXE for each firmware. The first build uses the firmware's network driver. The
 * second build uses iPXE's own network driver.
 */
import { Loader } from "../../contract/netboot/quirk.ts";

const files: readonly { archs: readonly number[]; names: Record<Loader, string> }[] = [
  { archs: [0], names: { snponly: "undionly.kpxe", ipxe: "ipxe.pxe" } },
  { archs: [7, 9, 16], names: { snponly: "snponly.efi", ipxe: "ipxe.efi" } },
];

/** Returns the file of a loader. Returns undefined if the architecture has only one loader. */
export const loaderFile = (arch: number, loader: Loader): string | undefined =>
  files.find(({ archs }) => archs.includes(arch))?.names[loader];

/** Returns the loader that a path names. For example, the path is `ipxe/snponly.efi` over HTTP and `snponly.efi` over TFTP. */
export function loaderOf(path: string): Loader | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return Loader.options.find((loader) => files.some(({ names }) => names[loader] === name));
}
