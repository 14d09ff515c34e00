/** A configuration file that explains itself: what was chosen as it is, every other key as a comment with its default. */
import * as z from "zod";
import { Config } from "../config.ts";

export interface Chosen {
  interface: string;
  dhcp: string;
  range?: { from: string; to: string } | undefined;
  sshKeys?: string | undefined;
}

export function commentedConfig(chosen: Chosen | undefined): string {
  const set: Record<string, unknown> = chosen
    ? {
        "netboot.interface": JSON.stringify(chosen.interface),
        "netboot.dhcp": JSON.stringify(chosen.dhcp),
        ...(chosen.range && { "netboot.range": `{ from: ${chosen.range.from}, to: ${chosen.range.to} }` }),
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

function sectionLines(section: string, { shape }: z.ZodObject, set: Record<string, unknown>): string[] {
  const keys = Object.entries(shape).map(([key, schema]) => ({ key, schema: schema as z.ZodType, given: set[`${section}.${key}`] }));
  const lines = [keys.some(({ given }) => given !== undefined) ? `${section}:` : `# ${section}:`];
  for (const { key, schema, given } of keys) {
    lines.push(`  # ${schema.description ?? ""}`, given === undefined ? `  # ${key}: ${shown(schema)}`.trimEnd() : `  ${key}: ${given}`);
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
