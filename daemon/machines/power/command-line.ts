/**
 * Replaces the placeholders of a configured command. A placeholder is always a complete argument, so its value
 * cannot change the syntax.
 */
import { MusterError } from "../../errors/errors.ts";
import type { Machine } from "./choose.ts";
import type { SettingOf } from "./settings.ts";

export function filled(words: readonly string[], { address }: SettingOf<"command">, machine: Machine): string[] {
  const values = new Map([
    ["{mac}", machine.macs[0]],
    ["{name}", machine.name],
    ["{address}", address ?? machine.address],
  ]);
  return words.map((word) => {
    if (!values.has(word)) return word;
    const value = values.get(word);
    if (value === undefined)
      throw new MusterError("POWER_NOT_CONFIGURED", `the power command of ${machine.name} needs ${word}, which is unknown`);
    return value;
  });
}
