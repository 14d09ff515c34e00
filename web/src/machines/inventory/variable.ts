/** Parses the typed value of a variable as a number, boolean, list or map. Any other value is a text. Pure. */
import type { VariableValue } from "../../../../daemon/contract/machines/inventory.ts";

export function valueFrom(typed: string): VariableValue {
  const text = typed.trim();
  // `007` and `1e3` are texts, because such values are more often names than numbers.
  if (!/^(true|false|-?(0|[1-9]\d*)(\.\d+)?|[[{"].*)$/s.test(text)) return text;
  try {
    const value: VariableValue | null = JSON.parse(text);
    return value ?? text;
  } catch {
    return text;
  }
}
