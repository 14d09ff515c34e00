/**
 * Keeps the values of variables in memory while a change waits for approval. A plan names such a value by an id, because many
 * people may read plans, and the value may be a password.
 */
import { randomUUID } from "node:crypto";
import type { VariableValue } from "../../contract/machines/inventory.ts";
import { MusterError } from "../../errors/errors.ts";

const KEPT = "kept:";
const MAX_KEPT = 1000;
/** Muster shows these texts in plans. They decide how Ansible reaches a node, and are no secrets. */
const SHOWN = /^ansible_/;

export class KeptValues {
  readonly #values = new Map<string, { of: string; value: VariableValue }>();

  /** Returns the text that stands for a value in a plan. The same value of the same variable gets the same text. */
  textOf(of: string, key: string, value: VariableValue): string {
    if (typeof value === "number" || typeof value === "boolean" || SHOWN.test(key)) return JSON.stringify(value);
    const same = [...this.#values].find(([, kept]) => kept.of === of && JSON.stringify(kept.value) === JSON.stringify(value));
    if (same) return KEPT + same[0];
    const id = randomUUID();
    this.#values.set(id, { of, value });
    const [oldest] = this.#values.keys();
    if (this.#values.size > MAX_KEPT && oldest !== undefined) this.#values.delete(oldest);
    return KEPT + id;
  }

  valueOf(text: string): VariableValue {
    if (!text.startsWith(KEPT)) return JSON.parse(text) as VariableValue;
    const kept = this.#values.get(text.slice(KEPT.length));
    if (!kept) throw new MusterError("REQUEST_INVALID", "value: Muster was restarted and no longer has this value; set the variable again");
    return kept.value;
  }
}
