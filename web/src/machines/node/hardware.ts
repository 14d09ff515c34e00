/** Summarizes a machine's hardware in a short text. */
import type { Node } from "../../../../daemon/contract/machines/node.ts";

export function hardwareOf({ facts: { product, cpus, memoryMb, disks = [] } }: Node): string {
  const size = disks.reduce((sum, { sizeGb }) => sum + sizeGb, 0);
  return [
    product,
    cpus === undefined ? undefined : `${cpus} CPU`,
    memoryMb === undefined ? undefined : memoryMb < 1024 ? `${memoryMb} MB` : `${Math.round(memoryMb / 1024)} GB`,
    disks.length === 0 ? undefined : `${Math.round(size)} GB disk`,
  ]
    .filter((part) => part !== undefined && part !== "")
    .join(", ");
}
