/**
 * Writes a configuration file with comments. A key that the operator chose is written with its value. Every other key
 * is written as a comment with its default value.
 */
import * as z from "zod";
import { Config } from "../config/config.ts";

export interface ChosenCard {
  interface: string;
  dhcp: string;
  range?: { from: string; to: string } | undefined;
}

export interface Chosen {
  /** The chosen network cards, at least one. */
  cards: readonly ChosenCard[];
  sshKeys?: string | undefined;
}

/** Maps a dotted key to its value in YAML. A value that is a list begins with a line break. */
type Values = ReadonlyMap<string, string>;

export function commentedConfig(chosen: Chosen | undefined): string {
  const values = new Map(chosen ? valuesOf(chosen) : []);
  const sections = Object.entries(Config.shape).flatMap(([name, schema]) => [...keyLines(name, schema, "", values), ""]);
  return ["# Muster's configuration. A key that is left out has the value in its comment.", "", ...sections].join("\n");
}

const valuesOf = ({ cards, sshKeys }: Chosen): [string, string][] => [
  ...netbootValues(cards),
  ...(sshKeys === undefined ? [] : ([["machines.access.ssh_keys_file", JSON.stringify(sshKeys)]] as [string, string][])),
];

/** Writes a single card as separate keys, which are easier to edit. Several cards become a list. */
function netbootValues(cards: readonly ChosenCard[]): [string, string][] {
  const [first] = cards;
  if (cards.length === 1 && first) return entriesOf(first).map(([key, value]) => [`netboot.${key}`, value]);
  const list = cards.map(
    (card) =>
      `\n    - { ${entriesOf(card)
        .map((entry) => entry.join(": "))
        .join(", ")} }`,
  );
  return [["netboot.interfaces", list.join("")]];
}

const entriesOf = ({ interface: name, dhcp, range }: ChosenCard): [string, string][] => [
  ["interface", JSON.stringify(name)],
  ["dhcp", JSON.stringify(dhcp)],
  ...(range ? [["range", `{ from: ${range.from}, to: ${range.to} }`] as [string, string]] : []),
];

/**
 * Writes a key with its description. Each key of an area (such as `machines`) and of its groups has a separate line.
 * A key below a group is written as one value.
 */
function keyLines(path: string, schema: z.ZodType, indent: string, values: Values): string[] {
  const key = path.split(".").at(-1);
  const description = `${indent}# ${schema.description ?? ""}`;
  const keys = path.split(".").length <= DEPTH ? keysOf(schema) : [];
  const value = values.get(path);
  if (value !== undefined) return [description, `${indent}${key}:${value.startsWith("\n") ? "" : " "}${value}`];
  if (keys.length === 0) return [description, `${indent}# ${key}: ${shown(schema)}`.trimEnd()];
  const used = [...values.keys()].some((each) => each.startsWith(`${path}.`));
  return [
    description,
    `${indent}${used ? "" : "# "}${key}:`,
    ...keys.flatMap(([name, each]) => keyLines(`${path}.${name}`, each, `${indent}  `, values)),
  ];
}

/** The number of levels whose keys have separate lines: areas such as `machines` and groups such as `machines.debian`. */
const DEPTH = 2;

/** Returns the keys of a section. A section that is absent by default has no keys here and is written as one value. */
function keysOf(schema: z.ZodType): [string, z.ZodType][] {
  let inner: unknown = schema;
  while (inner instanceof z.ZodPrefault) inner = inner.unwrap();
  return inner instanceof z.ZodObject ? (Object.entries(inner.shape) as [string, z.ZodType][]) : [];
}

/** Returns the default value as JSON, which is valid YAML. Returns an empty text if the key has no default. */
function shown(schema: z.ZodType): string {
  const parsed = schema.safeParse(undefined);
  return parsed.success && parsed.data !== undefined ? JSON.stringify(parsed.data) : "";
}
