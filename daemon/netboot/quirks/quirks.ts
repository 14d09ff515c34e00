/**
 * Computes the quirks of a machine. The operator's setting has priority over a learned setting, which has
 * priority over the quirk file. Pure.
 */
import type { AppliedQuirk, QuirkLine, QuirkMatch, QuirkName, Quirks } from "../../contract/netboot/quirk.ts";

/**
 * The known data of a machine. The first packet of the machine provides only a part of the data, and an
 * inspection provides more.
 */
export interface KnownMachine {
  mac: string;
  uuid?: string | undefined;
  /** The vendor class of the machine (DHCP option 60). */
  vendorClass?: string | undefined;
  make?: string | undefined;
  model?: string | undefined;
  firmware?: "bios" | "uefi" | undefined;
}

export interface QuirkSources {
  chosen: Quirks;
  learned: { quirks: Quirks; because: Readonly<Record<string, string>> };
  /**
   * The lines of the quirk file. For each setting, the first matching line applies, so specific lines must
   * precede general lines.
   */
  lines: readonly QuirkLine[];
}

export function appliedQuirks(machine: KnownMachine, { chosen, learned, lines }: QuirkSources): AppliedQuirk[] {
  const found = new Map<QuirkName, AppliedQuirk>();
  const take = (quirks: Quirks, source: AppliedQuirk["source"], because: (name: QuirkName) => string) => {
    for (const name of namesIn(quirks)) {
      const value = quirks[name];
      if (value !== undefined && !found.has(name)) found.set(name, { name, value, source, because: because(name) });
    }
  };
  take(chosen, "chosen", () => "set by the operator");
  take(learned.quirks, "learned", (name) => learned.because[name] ?? "seen on this machine");
  for (const line of lines) if (quirkMatches(machine, line.when)) take(line.set, "file", () => line.because);
  return [...found.values()];
}

const namesIn = (quirks: Quirks): QuirkName[] => Object.keys(quirks) as QuirkName[];

/** Returns the settings without their sources. */
export const settingsOf = (applied: readonly AppliedQuirk[]): Quirks => Object.fromEntries(applied.map(({ name, value }) => [name, value]));

export function quirkMatches(machine: KnownMachine, when: QuirkMatch): boolean {
  const fits = (pattern: string | undefined, text: string | undefined) =>
    pattern === undefined || (text !== undefined && globbed(pattern).test(text));
  return (
    fits(when.make, machine.make) &&
    fits(when.model, machine.model) &&
    fits(when.vendorClass, machine.vendorClass) &&
    fits(when.uuid, machine.uuid) &&
    (when.oui === undefined || machine.mac.startsWith(when.oui)) &&
    (when.firmware === undefined || when.firmware === machine.firmware)
  );
}

const globbed = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
    "is",
  );
