/** Parses the facts that an installer reports in its query. The text is untrusted, so invalid values are dropped. */

import type * as z from "zod";
import { Facts } from "../../contract/machines/node.ts";
import { Mac } from "../../contract/names.ts";

const MOST_TEXT = 200;
/** The maximum number of entries of one kind. `facts.sh` never sends this many entries. */
const MOST_THINGS = 64;

export function inspected(query: URLSearchParams): Facts {
  const text = (name: string) => plain(query.get(name) ?? "");
  const claims: Record<keyof Facts, unknown> = {
    manufacturer: text("manufacturer"),
    product: text("product"),
    serial: text("serial"),
    asset: text("asset"),
    uuid: undefined,
    firmware: text("firmware"),
    firmwareBits: whole(text("firmwareBits")),
    arch: undefined,
    cpu: text("cpu"),
    cpuArch: text("cpuArch"),
    cpus: whole(text("cpus")),
    memoryMb: whole(text("memoryMb")),
    kernel: undefined,
    os: undefined,
    disks: fitting(query.getAll("disk").map(disk), Facts.shape.disks.unwrap().element),
    nics: fitting(query.getAll("nic").map(nic), Facts.shape.nics.unwrap().element),
  };
  const good = Object.entries(claims).filter(([name, claim]) => {
    if (claim === undefined || claim === "") return false;
    return Facts.shape[name as keyof Facts].safeParse(claim).success;
  });
  return Facts.parse(Object.fromEntries(good));
}

/** Leaves out single entries, such as an InfiniBand card, whose address has twenty bytes. The other entries still count. */
const fitting = (entries: unknown[], schema: z.ZodType) => entries.filter((entry) => schema.safeParse(entry).success).slice(0, MOST_THINGS);

/** Returns a summary of the facts for the timeline. */
export function factsSummary({ cpu, cpus, memoryMb, disks, nics }: Facts): string {
  const parts = [
    cpus && `${cpus} × ${cpu ?? "processor"}`,
    memoryMb && `${memoryMb} MB`,
    disks && counted(disks.length, "disk"),
    nics && counted(nics.length, "network card"),
  ];
  return `hardware reported: ${parts.filter(Boolean).join(", ") || "nothing that could be used"}`;
}

/** fields: name, size in 512-byte sectors, rotational, serial number, model */
function disk(text: string) {
  const [name = "", sectors = "", rotational, serial = "", model = ""] = text.split("\t").map(plain);
  return {
    name,
    sizeGb: Math.round(((whole(sectors) ?? 0) * 512) / 1e8) / 10,
    ...((rotational === "0" || rotational === "1") && { rotational: rotational === "1" }),
    ...(serial !== "" && { serial }),
    ...(model !== "" && { model }),
  };
}

function nic(text: string) {
  const [name = "", address = "", driver = ""] = text.split("\t").map(plain);
  return { name, mac: Mac.safeParse(address).data, ...(driver !== "" && { driver }) };
}

const plain = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
    .trim()
    .slice(0, MOST_TEXT);
const whole = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);
const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
