/**
 * Compares the hardware that a machine reports with the hardware of a node. A MAC address belongs to a card, and a docking
 * station or a USB adapter moves it to another machine. No single value is proof, because firmware repeats UUIDs and serial
 * numbers, leaves them out, or changes them. Pure.
 */
import type { Facts } from "../contract/machines/node.ts";

type Identity = Pick<Facts, "uuid" | "serial" | "manufacturer" | "product">;
const names = ["uuid", "serial", "manufacturer", "product"] as const;

/** UUIDs that firmware vendors left in whole series of boards. */
const fillerUuids = new Set(["03000200-0400-0500-0006-000700080009", "12345678-1234-5678-90ab-cddeefaabbcc"].flatMap(bothOrders));
/** Texts that firmware vendors left in the place of a serial number or a name. */
const filler =
  /^(?:to be filled|default|system |chassis |base ?board |o\.?e\.?m|none|n\/?a$|not (?:specified|available|applicable|present)|unknown|invalid|empty|serial|123456789?0?$|0123456789|0+$|x{2,}$|[.*?_ -]+$)/;

/** Returns true if at least two values differ, and neither the UUID nor the serial number is equal. */
export function isAnotherMachine(known: Identity, said: Identity): boolean {
  const both = names.filter((name) => given(known, name) !== undefined && given(said, name) !== undefined);
  const differing = both.filter((name) => !equal(known, said, name));
  return differing.length >= 2 && both.every((name) => differing.includes(name) || name === "manufacturer" || name === "product");
}

/** Returns true if at least two of UUID, serial number and network card are equal, and nothing shows another machine. */
export function isSameMachine(known: Identity & Pick<Facts, "nics">, said: Identity, mac: string): boolean {
  const equals = (["uuid", "serial"] as const).filter((name) => given(said, name) !== undefined && equal(known, said, name)).length;
  const listed = known.nics?.some((card) => card.mac === mac) === true ? 1 : 0;
  return equals + listed >= 2 && !isAnotherMachine(known, said);
}

/** Describes a machine for the timeline, such as `LENOVO 20XX, serial AAAA`. */
export function machineWords({ manufacturer, product, serial, uuid }: Identity): string {
  const model = [manufacturer, product].filter(Boolean).join(" ");
  return [model, serial && `serial ${serial}`, uuid && `UUID ${uuid}`].filter(Boolean).join(", ") || "a machine without a description";
}

function equal(known: Identity, said: Identity, name: keyof Identity): boolean {
  const [one, other] = [given(known, name), given(said, name)];
  if (one === undefined || other === undefined) return false;
  // Some programs print the first three fields of a UUID in the other byte order.
  return name === "uuid" ? bothOrders(one).includes(other) : one === other;
}

/** Returns undefined for a missing value and for a filler. */
function given(of: Identity, name: keyof Identity): string | undefined {
  const text = of[name]?.toLowerCase().replace(/\s+/g, " ").trim();
  if (text === undefined || text === "" || filler.test(text)) return undefined;
  return name === "uuid" && (fillerUuids.has(text) || /^[0-]+$|^[f-]+$/.test(text)) ? undefined : text;
}

function bothOrders(uuid: string): string[] {
  const [one = "", two = "", three = "", ...rest] = uuid.split("-");
  const swapped = [one, two, three].map((field) => (field.match(/../g) ?? []).reverse().join(""));
  return [uuid, [...swapped, ...rest].join("-")];
}

/** Returns the reason why a machine with the facts `said` does not get the system of the node with the facts `known`. */
export const anotherMachineReason = (said: Facts, known: Facts): string =>
  `this machine (${machineWords(said)}) is not the machine of this node (${machineWords(known)})`;
