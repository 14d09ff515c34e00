/**
 * Finds the node of a MAC address. A machine that boots for the first time becomes a node in the phase `discovered`. Any host
 * can send any number of MAC addresses, so the number of discovered nodes is limited.
 */
import { randomUUID } from "node:crypto";
import type { MachineSeen } from "../../../pxe/boot-source.ts";
import { CpuArch, Facts, type Node } from "../../contract/machines/node.ts";
import { proposedName } from "../../machines/naming.ts";
import { atomically, type Db } from "../../store/database.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { Registry } from "../../store/machines/registry.ts";
import { Allowance } from "../allowance.ts";

/** The nodes that no operator accepted. If all places are taken, a new machine displaces the one that was longest not seen. */
const MOST_DISCOVERED = 1_024;
/** A hall of new machines boots within the burst. */
const NEW_MACHINES = { burst: 600, aSecond: 10 };

export class Discovery {
  readonly #db: Db;
  readonly #nodes: NodeStore;
  readonly #registry: Registry;
  readonly #allowance: Allowance;

  constructor(db: Db, nodes: NodeStore, registry: Registry, now: () => number = Date.now) {
    this.#db = db;
    this.#nodes = nodes;
    this.#registry = registry;
    this.#allowance = new Allowance(NEW_MACHINES, now);
  }

  find(mac: string): Node | undefined {
    return this.#nodes.findByMac(mac);
  }

  /** Returns undefined if too many unknown machines came recently. The machine may try again later. */
  meet(machine: Pick<MachineSeen, "mac" | "arch" | "uuid">): Node | undefined {
    const known = this.#nodes.findByMac(machine.mac);
    if (known) return known;
    if (!this.#allowance.take()) return undefined;
    return atomically(this.#db, () => this.#nodes.findByMac(machine.mac) ?? this.#add(machine));
  }

  #add(machine: Pick<MachineSeen, "mac" | "arch" | "uuid">): Node {
    const oldest = this.#nodes.countIn("discovered") >= MOST_DISCOVERED ? this.#nodes.longestUnseen("discovered") : undefined;
    if (oldest) this.#registry.forget([oldest]);
    return this.#registry.add(newNode(machine, this.#nodes), discovered);
  }
}

/** The reason for a machine that is not recorded yet. */
export const TOO_MANY_NEW = "too many unknown machines came at once";

const discovered = { source: "netboot", type: "node.discovered", summary: "first seen booting over the network" } as const;

/** Returns the facts that the first DHCP packet of a machine contains. */
export const bootFactsOf = ({ arch, uuid }: Pick<MachineSeen, "arch" | "uuid">): Facts => ({
  ...(arch !== undefined && { firmware: arch === 0 ? "bios" : "uefi" }),
  ...(uuid !== undefined && { uuid }),
});

function newNode(machine: Pick<MachineSeen, "mac" | "arch" | "uuid">, nodes: NodeStore): Node {
  const { mac } = machine;
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    name: proposedName(mac, (name) => nodes.findByName(name) !== undefined),
    macs: [mac],
    state: { phase: "discovered" },
    facts: bootFactsOf(machine),
    createdAt: now,
    updatedAt: now,
  };
}

/**
 * The width of the UEFI firmware in bits for each build of iPXE. UEFI firmware runs only programs of its own width
 * (32 or 64 bits).
 */
const bitsOf = new Map([
  ["i386", 32],
  ["x86_64", 64],
  ["arm64", 64],
]);

/** Reads the facts that iPXE sends in its query. The text is untrusted, and an empty value means that the fact is unknown. */
export function factsFrom(query: URLSearchParams): Facts {
  const said = (name: string) => query.get(name)?.trim().slice(0, 200) || undefined;
  const platform = said("platform");
  const entries = Object.entries({
    manufacturer: said("manufacturer"),
    product: said("product"),
    serial: said("serial"),
    asset: said("asset"),
    uuid: said("uuid")?.slice(0, 64),
    firmware: platform === "efi" ? "uefi" : platform === "pcbios" ? "bios" : undefined,
    firmwareBits: platform === "efi" ? bitsOf.get(said("arch") ?? "") : undefined,
    arch: said("arch")?.slice(0, 40),
    cpuArch: said("arch") === "x86_64" ? "x86-64" : CpuArch.safeParse(said("cpu")).data,
  });
  return Facts.parse(Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
}
