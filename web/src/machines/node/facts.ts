/** Lists the known facts about a machine as labels and texts. Unknown facts are left out. */

import type { CpuArch, Node } from "../../../../daemon/contract/machines/node.ts";
import { debianFor } from "../../../../daemon/contract/netboot/debian.ts";

export interface Fact {
  label: string;
  text: string;
}

export function factsOf({ facts, macs, address, disk, claims = [] }: Node): Fact[] {
  const { manufacturer, product, cpu, cpus, memoryMb, firmware, firmwareBits, arch, cpuArch, disks = [], nics = [] } = facts;
  return [
    fact("Quarantined", claims.map(({ id, reason }) => `another machine, because ${reason} (muster quarantine ${id})`).join("; ")),
    fact("Address", address),
    fact(macs.length > 1 ? "MACs" : "MAC", macs.join(", ")),
    fact("Machine", joined([manufacturer, product], " ")),
    fact("Serial", facts.serial),
    fact("Asset tag", facts.asset),
    fact("Processor", joined([cpus === undefined ? undefined : `${cpus} ×`, cpu ?? (cpus === undefined ? undefined : "processor")], " ")),
    fact("Memory", memoryMb === undefined ? undefined : memory(memoryMb)),
    fact("Instruction set", cpuArch),
    fact("Debian", cpuArch && newest(cpuArch)),
    ...disks.map((found) =>
      fact(`Disk ${found.name}`, joined([`${found.sizeGb} GB`, kind(found.rotational), found.model, found.serial], ", ")),
    ),
    ...nics.map((found) => fact(`Card ${found.name}`, joined([found.mac, found.driver], ", "))),
    fact("Installs to", disk),
    fact("Firmware", joined([firmware?.toUpperCase(), firmwareBits === undefined ? undefined : `${firmwareBits}-bit`, arch], ", ")),
    fact("System", joined([facts.os, facts.kernel], ", ")),
    fact("UUID", facts.uuid),
  ].filter((known) => known !== undefined);
}

function fact(label: string, text: string | undefined): Fact | undefined {
  return text === undefined || text === "" ? undefined : { label, text };
}

/** Returns the newest Debian release that the machine can run, or undefined if it can run the current release. */
function newest(cpuArch: CpuArch): string | undefined {
  const { release, architecture, because } = debianFor[cpuArch];
  return because && `${release} ${architecture} at most: ${because}`;
}

const joined = (parts: (string | undefined)[], by: string) => parts.filter((part) => part !== undefined && part !== "").join(by);

const memory = (megabytes: number) => (megabytes < 1024 ? `${megabytes} MB` : `${Math.round(megabytes / 102.4) / 10} GB`);

function kind(rotational: boolean | undefined): string | undefined {
  if (rotational === undefined) return undefined;
  return rotational ? "HDD" : "SSD";
}
