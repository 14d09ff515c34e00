/**
 * Writes the extra variables of one run for Ansible. Every text is marked as data, so Ansible never evaluates a template in it.
 * Only the executor can read the file, and the file exists only while the run is active.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { VariableValue } from "../../contract/machines/inventory.ts";
import { Secrets } from "../steps/secrets.ts";
import { type AnsibleSettings, privateKey } from "./ansible.ts";

type Variables = Readonly<Record<string, VariableValue>>;

/** Returns the path of the file, or undefined if the run has no variables. */
export function writeVariables(file: string, given: Variables = {}, secrets: Variables = {}): string | undefined {
  const variables = { ...given, ...secrets };
  if (Object.keys(variables).length === 0) return undefined;
  writeFileAtomic.sync(file, yamlOf(variables), { mode: 0o600 });
  return file;
}

export function removeVariables(file: string): void {
  rmSync(file, { force: true });
}

/** Reads the secrets that the header of the playbook declares. Throws if the executor has no such secret. */
export function secretsFor(playbook: string, { secretVariables, home }: AnsibleSettings): Record<string, string> {
  const secrets = new Secrets(join(home, "secrets"), privateKey(home));
  return Object.fromEntries(Object.entries(secretVariables?.(playbook) ?? {}).map(([name, secret]) => [name, secrets.value(secret)]));
}

/**
 * YAML for Ansible. The first line keeps Ansible from reading the text as JSON, in which keys such as `__ansible_vault` are
 * instructions. Keys have a `?`, because YAML limits the length of a key without it.
 */
export const yamlOf = (variables: Variables): string => `---\n${yamlText(variables)}\n`;

function yamlText(value: VariableValue): string {
  if (typeof value === "string") return `!unsafe ${quoted(value)}`;
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(yamlText).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([key, each]) => `? ${quoted(key)} : ${yamlText(each)}`)
    .join(", ")}}`;
}

/** YAML reads some characters outside ASCII as ends of lines, and JSON writes others as two halves. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(/[^ -~]/gu, (character) => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`);
