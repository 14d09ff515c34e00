/** The files of iPXE with the firmware's network driver, and with its own. */
import { Loader } from "../../contract/netboot/quirk.ts";

const files: readonly { archs: readonly number[]; names: Record<Loader, string> }[] = [
  { archs: [0], names: { snponly: "undionly.kpxe", ipxe: "ipxe.pxe" } },
  { archs: [7, 9, 16], names: { snponly: "snponly.efi", ipxe: "ipxe.efi" } },
];

/** Undefined where there is no choice. */
export const loaderFile = (arch: number, loader: Loader): string | undefined =>
  files.find(({ archs }) => archs.includes(arch))?.names[loader];

/** `ipxe/snponly.efi` over HTTP, `snponly.efi` over TFTP. */
export function loaderOf(path: string): Loader | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return Loader.options.find((loader) => files.some(({ names }) => names[loader] === name));
}
