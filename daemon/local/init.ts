/**
 * Implements `muster init`. The command asks for the interfaces and their DHCP modes, and writes a configuration with
 * comments.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { stdin } from "node:process";
import writeFileAtomic from "write-file-atomic";
import { CommandFailure } from "../cli/failure.ts";
import type { InitOptions } from "../cli/local-commands.ts";
import { loadAccess } from "../config/access-secrets.ts";
import { parseConfig } from "../config/config.ts";
import { ask } from "./ask.ts";
import { type Chosen, type ChosenCard, commentedConfig } from "./commented-config.ts";
import { type Card, cards, proposeRange } from "./network-cards.ts";

export async function init(options: InitOptions): Promise<{ file?: string; text: string }> {
  if (options.print) return { text: commentedConfig(undefined) };
  const file = resolve(options.output);
  if (!options.force && existsSync(file))
    throw new CommandFailure(
      "USAGE",
      `--output: ${options.output} exists already`,
      "Replace it with --force, or name another file with --output.",
    );
  const found = cards();
  const chosen = fromFlags(options, found) ?? (await fromTerminal(options, found));
  const text = commentedConfig(chosen);
  loadAccess(parseConfig(text, file)); // throws if the daemon would refuse the configuration, which is then not written
  await write(file, text);
  return { file, text: `Wrote ${options.output}: ${summary(chosen)}.\nNext: muster doctor, then muster up.` };
}

/** Returns the choices from the options. Returns undefined if an option is missing, so that the terminal asks for the choices. */
function fromFlags(options: InitOptions, found: Card[]): Chosen | undefined {
  const wanted = options.interface.map((text) => cardAndMode(text, options.dhcp, found));
  const several = wanted.length > 1;
  if (wanted.length === 0 || (!several && wanted[0]?.dhcp === undefined)) return undefined;
  if (several && (options.from !== undefined || options.to !== undefined))
    throw new CommandFailure(
      "USAGE",
      "--from and --to: are for a single interface",
      "Leave them out. Each interface gets a range, which you can change in the file.",
    );
  const cards = wanted.map(({ card, dhcp }): ChosenCard => {
    if (dhcp === undefined)
      throw new CommandFailure(
        "USAGE",
        `--interface: ${card.name} has no DHCP mode`,
        `Write --interface ${card.name}=proxy, or --dhcp for all.`,
      );
    return { interface: card.name, dhcp, range: dhcp === "full" ? rangeFor(options, card) : undefined };
  });
  return { cards, sshKeys: keysFile(options) };
}

/** Parses an option such as `eth1` or `eth1=proxy`. */
function cardAndMode(text: string, otherwise: string | undefined, found: Card[]): { card: Card; dhcp: string | undefined } {
  const [name = "", dhcp = otherwise] = text.split("=", 2);
  if (dhcp !== undefined && !modes.includes(dhcp))
    throw new CommandFailure("USAGE", `--interface: ${text}: ${dhcp} is not a DHCP mode`, `Choose one of ${modes.join(", ")}.`);
  return { card: named(name, found), dhcp };
}

const modes = ["off", "proxy", "full"];

async function fromTerminal(options: InitOptions, found: Card[]): Promise<Chosen> {
  const [only] = options.interface;
  if (!stdin.isTTY) {
    const missing = [only === undefined && "--interface", options.dhcp === undefined && "--dhcp"].filter(Boolean).join(" and ");
    throw new CommandFailure(
      "USAGE",
      `${missing}: not given, and there is no terminal for questions`,
      `For example: muster init --interface ${found[0]?.name ?? "eth1"} --dhcp proxy`,
    );
  }
  const answers = await ask({ ...options, interface: only }, found);
  return { cards: answers.map(({ card, dhcp, range }) => ({ interface: card.name, dhcp, range })), sshKeys: keysFile(options) };
}

function named(name: string, found: Card[]): Card {
  const card = found.find((each) => each.name === name);
  if (card) return card;
  const there = found.map((each) => `${each.name}${each.address ? ` (${each.address})` : ""}`).join(", ") || "none";
  throw new CommandFailure("USAGE", `--interface: this machine has no network card ${name}`, `Its cards: ${there}`);
}

function rangeFor({ from, to }: InitOptions, card: Card): { from: string; to: string } {
  const proposal = proposeRange(card);
  const range = { from: from ?? proposal?.from, to: to ?? proposal?.to };
  if (range.from === undefined || range.to === undefined)
    throw new CommandFailure(
      "USAGE",
      `--from and --to: no range can be proposed, because ${card.name} ${card.address ? `(${card.address}) is in a very small network` : "has no IPv4 address"}`,
      "Give both options, or give the card an address first.",
    );
  return { from: range.from, to: range.to };
}

const keysFile = ({ sshKeys }: InitOptions) => (sshKeys === undefined ? undefined : resolve(sshKeys));

const summary = ({ cards }: Chosen): string =>
  cards
    .map(
      ({ interface: name, dhcp, range }) =>
        `machines boot from ${name}, DHCP ${dhcp}${range ? `, addresses ${range.from} to ${range.to}` : ""}`,
    )
    .join("; ");

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(file, text, { mode: 0o640 });
  } catch (error) {
    throw new CommandFailure(
      "NO_PERMISSION",
      `--output: ${file} cannot be written: ${error instanceof Error ? error.message : error}`,
      "Choose another file, or use sudo.",
    );
  }
}
