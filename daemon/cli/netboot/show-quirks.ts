/** Formats quirks for a terminal, and learned quirks as lines of the quirk file. */
import { type MachineQuirks, QuirkLine, type QuirkMatch, Quirks } from "../../contract/netboot/quirk.ts";
import { quirkWords } from "../../contract/netboot/quirk-words.ts";
import { table } from "../print.ts";

export function showQuirks(machines: MachineQuirks[]): string {
  const rows = machines.flatMap((machine) => machine.quirks.map((quirk) => ({ machine, quirk })));
  if (rows.length === 0) return "Every machine boots with the usual settings.";
  return table(
    [
      { title: "MACHINE", least: 12 },
      { title: "MAKE AND MODEL", least: 10 },
      { title: "QUIRK" },
      { title: "FROM" },
      { title: "BECAUSE", least: 12 },
    ],
    rows.map(({ machine, quirk }) => [
      machine.node ?? machine.mac,
      [machine.make, machine.model].filter(Boolean).join(" "),
      quirkWords(quirk),
      quirk.source,
      quirk.because,
    ]),
  );
}

/**
 * Returns lines for the quirk file that do not identify an individual machine. A manufacturer and a model identify the
 * machines of a line more precisely than a range of MAC addresses.
 */
export function quirkLines(machines: readonly MachineQuirks[]): QuirkLine[] {
  const lines = machines.flatMap((machine) => {
    const learned = machine.quirks.filter(({ source }) => source === "learned");
    if (learned.length === 0) return [];
    return [
      QuirkLine.parse({
        when: matchOf(machine),
        set: Quirks.parse(Object.fromEntries(learned.map(({ name, value }) => [name, value]))),
        because: learned
          .map(({ because }) => because)
          .join("; ")
          .slice(0, 400),
      }),
    ];
  });
  // Several machines of the same model yield only one line.
  return [...new Map(lines.map((line) => [JSON.stringify([line.when, line.set]), line])).values()];
}

function matchOf({ make, model, firmware, mac }: MachineQuirks): QuirkMatch {
  const known = firmware === undefined ? {} : { firmware };
  if (make === undefined || model === undefined) return { oui: mac.slice(0, 8), ...known };
  return { make: make.slice(0, 100), model: model.slice(0, 100), ...known };
}
