/** Formats explanations for a terminal. */
import type { BootError } from "../../contract/netboot/boot-errors.ts";
import type { Explanation } from "../../contract/netboot/explanation.ts";
import { ago, clean, paint } from "../print.ts";

export function showExplanation(explanation: Explanation): string {
  const { mac, node, phase, dhcp, script } = explanation;
  return [
    paint("bold", `${mac}${node ? ` is ${node}` : ""}, ${phase}`),
    ...lastBoot(explanation),
    "",
    `Now DHCP would answer: ${clean(dhcp.answer)}`,
    ...dhcp.rules.map(({ rule, input, outcome }) => `  ${rule.padEnd(12)} ${clean(input)} → ${clean(outcome)}`),
    ...dhcp.journal.map((line) => `  · ${clean(line)}`),
    "",
    `Its script: ${script.action}, because: ${clean(script.reason)}`,
    ...indented(script.text.trimEnd().split("\n")),
  ].join("\n");
}

export function showBootError({ code, says, means, next }: BootError, explanation?: Explanation): string {
  return [
    `${paint("bold", code)}: ${says}`,
    `  ${means}`,
    ...(explanation ? lastBoot(explanation) : []),
    "",
    // A diagnosis of the observed boot replaces the general advice for the error code.
    ...(explanation?.diagnosis ? [] : [`→ ${next}`]),
  ].join("\n");
}

function lastBoot({ last, seen, diagnosis }: Explanation): string[] {
  return [
    "",
    last ? `Its last packet, ${ago(last.at)}: ${clean(last.summary)}` : "No packet from it has been answered yet.",
    ...(last?.journal ?? []).map((line) => `  · ${clean(line)}`),
    ...(seen.length > 0 ? ["Its last boot, as observed:", ...indented(seen)] : []),
    ...(diagnosis
      ? [paint("yellow", `It ends there: ${clean(diagnosis.finding)}`), ...diagnosis.next.map((line) => `→ ${clean(line)}`)]
      : []),
  ];
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${clean(line)}`);
