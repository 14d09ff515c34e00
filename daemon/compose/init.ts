/** `muster init`: asks which interface and which DHCP mode, and writes a configuration that explains itself. */
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline/promises";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod";
import { Config, parseConfig } from "../config.ts";
import { MusterError } from "../errors.ts";

export interface InitOptions {
  output: string;
  interface?: string | undefined;
  dhcp?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  sshKeys?: string | undefined;
  force: boolean;
  print: boolean;
}

interface Answers {
  interface: string;
  dhcp: string;
  from?: string | undefined;
  to?: string | undefined;
  sshKeys?: string | undefined;
}

export async function init(options: InitOptions): Promise<string> {
  if (!options.print && !options.force && existsSync(options.output)) {
    throw new MusterError("REQUEST_INVALID", `--output: ${options.output} exists; --force replaces it`);
  }
  const text = commented(await answers(options));
  parseConfig(text, options.output);
  if (options.print) return text;
  await writeFileAtomic(options.output, text, { mode: 0o640 });
  return `Wrote ${options.output}. Next: muster doctor, then muster up.\n`;
}

async function answers(options: InitOptions): Promise<Answers> {
  const cards = Object.entries(networkInterfaces()).flatMap(([name, addresses]) => {
    const address = addresses?.find(({ family, internal }) => family === "IPv4" && !internal);
    return address ? [{ name, address: address.address, netmask: address.netmask }] : [];
  });
  const given = {
    ...options,
    interface: options.interface ?? (options.print ? "eth1" : undefined),
    dhcp: options.dhcp ?? (options.print ? "proxy" : undefined),
  };
  if (given.interface && given.dhcp && (given.dhcp !== "full" || (given.from && given.to)))
    return { ...given, interface: given.interface, dhcp: given.dhcp };
  if (!stdin.isTTY)
    throw new MusterError(
      "REQUEST_INVALID",
      "there is no terminal to ask at: give --interface and --dhcp, and --from and --to with --dhcp full",
    );
  const terminal = createInterface({ input: stdin, output: stdout });
  const ask = async (question: string, proposal: string) => (await terminal.question(`${question} [${proposal}] `)).trim() || proposal;
  try {
    stdout.write("Network cards with an address:\n");
    for (const { name, address } of cards) stdout.write(`  ${name.padEnd(12)} ${address}\n`);
    const card = given.interface ?? (await ask("Which one do the machines boot from?", cards[0]?.name ?? "eth1"));
    stdout.write(
      "\noff    no DHCP at all\nproxy  beside the DHCP server this LAN has; hands out no addresses\nfull   is this LAN's DHCP server\n",
    );
    const dhcp = given.dhcp ?? (await ask("DHCP mode?", "proxy"));
    if (dhcp !== "full") return { ...given, interface: card, dhcp };
    const own = cards.find(({ name }) => name === card)?.address ?? "10.77.0.1";
    const prefix = own.split(".").slice(0, 3).join(".");
    return {
      ...given,
      interface: card,
      dhcp,
      from: given.from ?? (await ask("First address to hand out?", `${prefix}.100`)),
      to: given.to ?? (await ask("Last one?", `${prefix}.199`)),
    };
  } finally {
    terminal.close();
  }
}

/** The answers as they are, and every other key as a comment with its default: the schema documents itself. */
function commented(chosen: Answers): string {
  const set: Record<string, unknown> = {
    "netboot.interface": chosen.interface,
    "netboot.dhcp": chosen.dhcp,
    ...(chosen.from && chosen.to && { "netboot.range": `{ from: ${chosen.from}, to: ${chosen.to} }` }),
    ...(chosen.sshKeys && { "access.ssh_keys_file": JSON.stringify(chosen.sshKeys) }),
  };
  const lines = ["# Muster's configuration. A key that is left out has the value its comment names.", ""];
  for (const [section, schema] of Object.entries(Config.shape)) {
    const inner = unwrapped(schema);
    if (!(inner instanceof z.ZodObject)) {
      lines.push(`# ${schema.description ?? ""}`, `# ${section}: ${shown(schema)}`, "");
      continue;
    }
    const keys = Object.entries(inner.shape).map(([key, value]) => ({ key, schema: value as z.ZodType, given: set[`${section}.${key}`] }));
    lines.push(`# ${schema.description ?? ""}`, keys.some(({ given }) => given !== undefined) ? `${section}:` : `# ${section}:`);
    for (const { key, schema: value, given } of keys) {
      lines.push(`  # ${value.description ?? ""}`, given === undefined ? `  # ${key}: ${shown(value)}` : `  ${key}: ${given}`);
    }
    lines.push("");
  }
  return lines.join("\n");
}

function unwrapped(schema: z.ZodType): z.ZodType {
  let inner: unknown = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) inner = inner.unwrap();
  return inner instanceof z.ZodType ? inner : schema;
}

function shown(schema: z.ZodType): string {
  const parsed = schema.safeParse(undefined);
  return parsed.success && parsed.data !== undefined ? JSON.stringify(parsed.data) : "";
}
