/** A configuration file that explains itself: what was chosen as it is, every other key as a comment with its default. */
import * as z from "zod";
import { Config } from "../config/config.ts";

export interface ChosenCard {
  interface: string;
  dhcp: string;
  range?: { from: string; to: string } | undefined;
}

export interface Chosen {
  /** One at least. */
  cards: readonly ChosenCard[];
  sshKeys?: string | undefined;
}

export function commentedConfig(chosen: Chosen | undefined): string {
  const set: Record<string, unknown> = chosen
    ? {
        ...netbootKeys(chosen.cards),
        ...(chosen.sshKeys !== undefined && { "access.ssh_keys_file": JSON.stringify(chosen.sshKeys) }),
      }
    : {};
  const lines = ["# Muster's configuration. A key that is left out has the value its comment names.", ""];
  for (const [section, schema] of Object.entries(Config.shape)) {
    const inner = unwrapped(schema);
    lines.push(`# ${schema.description ?? ""}`);
    if (inner instanceof z.ZodObject) lines.push(...sectionLines(section, inner, set));
    else lines.push(`# ${section}: ${shown(schema)}`);
    lines.push("");
  }
  return lines.join("\n");
}

/** One is written as single keys, which are easier to change by hand; several as a list. */
function netbootKeys(cards: readonly ChosenCard[]): Record<string, string> {
  const [first] = cards;
  if (cards.length > 1 || !first)
    return {
      "netboot.interfaces": `\n${cards
        .map(
          (card) =>
            `    - { ${entriesOf(card)
              .map((entry) => entry.join(": "))
              .join(", ")} }`,
        )
        .join("\n")}`,
    };
  return Object.fromEntries(entriesOf(first).map(([key, value]) => [`netboot.${key}`, value]));
}

const entriesOf = ({ interface: name, dhcp, range }: ChosenCard): [string, string][] => [
  ["interface", JSON.stringify(name)],
  ["dhcp", JSON.stringify(dhcp)],
  ...(range ? [["range", `{ from: ${range.from}, to: ${range.to} }`] as [string, string]] : []),
];

function sectionLines(section: string, { shape }: z.ZodObject, set: Record<string, unknown>): string[] {
  const keys = Object.entries(shape).map(([key, schema]) => ({ key, schema: schema as z.ZodType, given: set[`${section}.${key}`] }));
  const lines = [keys.some(({ given }) => given !== undefined) ? `${section}:` : `# ${section}:`];
  for (const { key, schema, given } of keys) {
    lines.push(
      `  # ${schema.description ?? ""}`,
      given === undefined ? `  # ${key}: ${shown(schema)}`.trimEnd() : `  ${key}:${String(given).startsWith("\n") ? "" : " "}${given}`,
    );
  }
  return lines;
}

function unwrapped(schema: z.ZodType): z.ZodType {
  let inner: unknown = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) inner = inner.unwrap();
  return inner instanceof z.ZodType ? inner : schema;
}

/** The default in JSON, which is YAML too; nothing where the key has none. */
function shown(schema: z.ZodType): string {
  const parsed = schema.safeParse(undefined);
  return parsed.success && parsed.data !== undefined ? JSON.stringify(parsed.data) : "";
}
