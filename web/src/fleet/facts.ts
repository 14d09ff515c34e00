/** What is known of a machine's hardware as label and text; what nobody reported is left out. */
import type { Node } from "../../../daemon/contract/node.ts";

export interface Fact {
  label: string;
  text: string;
}

export function factsOf({ facts, macs, address, disk }: Node): Fact[] {
  const { manufacturer, product, cpu, cpus, memoryMb, firmware, arch, disks = [] } = facts;
  return [
    fact("Address", address),
    fact(macs.length > 1 ? "MACs" : "MAC", macs.join(", ")),
    fact("Machine", joined([manufacturer, product], " ")),
    fact("Serial", facts.serial),
    fact("Asset tag", facts.asset),
    fact("Processor", joined([cpus === undefined ? undefined : `${cpus} ×`, cpu ?? (cpus === undefined ? undefined : "processor")], " ")),
    fact("Memory", memoryMb === undefined ? undefined : memory(memoryMb)),
    ...disks.map((found) => fact(`Disk ${found.name}`, joined([`${found.sizeGb} GB`, kind(found.rotational), found.model], ", "))),
    fact("Installs to", disk),
    fact("Firmware", joined([firmware?.toUpperCase(), arch], ", ")),
    fact("System", joined([facts.os, facts.kernel], ", ")),
    fact("UUID", facts.uuid),
  ].filter((known) => known !== undefined);
}

function fact(label: string, text: string | undefined): Fact | undefined {
  return text === undefined || text === "" ? undefined : { label, text };
}

const joined = (parts: (string | undefined)[], by: string) => parts.filter((part) => part !== undefined && part !== "").join(by);

const memory = (megabytes: number) => (megabytes < 1024 ? `${megabytes} MB` : `${Math.round(megabytes / 102.4) / 10} GB`);

function kind(rotational: boolean | undefined): string | undefined {
  if (rotational === undefined) return undefined;
  return rotational ? "rotating" : "solid state";
}
