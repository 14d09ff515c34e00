/**
 * Asks the questions of `muster init` at a terminal. After an invalid answer, the question is asked again.
 * Ctrl-C or Ctrl-D ends the program.
 */
import { stdin, stdout } from "node:process";
import { createInterface, type Interface } from "node:readline/promises";
import * as z from "zod";
import { CommandFailure } from "../cli/failure.ts";
import { type Card, proposeRange } from "./network-cards.ts";

interface Given {
  interface?: string | undefined;
  dhcp?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export interface Asked {
  card: Card;
  dhcp: string;
  range?: { from: string; to: string } | undefined;
}

const modes = {
  off: "no DHCP: Muster answers nothing until you change this",
  proxy: "works with the DHCP server of this network and hands out no addresses",
  full: "Muster is the only DHCP server of this network",
};

export async function ask(given: Given, cards: Card[]): Promise<Asked[]> {
  const terminal = createInterface({ input: stdin, output: stdout });
  const ended = new AbortController();
  terminal.once("SIGINT", () => ended.abort());
  terminal.once("close", () => ended.abort());
  const question = (text: string, proposal: string | undefined, wrong: (answer: string) => string | undefined) =>
    untilGood(terminal, ended.signal, text, proposal, wrong);
  try {
    const first = given.interface ?? (await askCard(question, cards));
    const asked = [await askAbout(first, given, cards, question)];
    while (given.interface === undefined) {
      const left = cards.filter(({ name }) => asked.every(({ card }) => card.name !== name));
      const next = left.length === 0 ? NO_MORE : await askAnother(question, left);
      if (next === NO_MORE) break;
      // The options of the command line apply only to the first card.
      asked.push(await askAbout(next, {}, cards, question));
    }
    return asked;
  } catch (error) {
    if (!ended.signal.aborted) throw error;
    stdout.write("\n");
    throw new CommandFailure("INTERRUPTED", "stopped, and nothing was written", "Start again with `muster init`.");
  } finally {
    terminal.close();
  }
}

async function askAbout(name: string, given: Given, cards: Card[], question: Question): Promise<Asked> {
  const card = cards.find((each) => each.name === name) ?? { name };
  const dhcp = given.dhcp ?? (await askMode(question));
  if (dhcp !== "full") return { card, dhcp };
  const proposal = proposeRange(card);
  return {
    card,
    dhcp,
    range: {
      from: given.from ?? (await question("First address to hand out?", proposal?.from, notAnAddress)),
      to: given.to ?? (await question("Last address?", proposal?.to, notAnAddress)),
    },
  };
}

type Question = (text: string, proposal: string | undefined, wrong: (answer: string) => string | undefined) => Promise<string>;

function askCard(question: Question, cards: Card[]): Promise<string> {
  stdout.write("Network cards of this machine:\n");
  for (const { name, address } of cards) stdout.write(`  ${name.padEnd(15)} ${address ?? "no IPv4 address yet"}\n`);
  return question("Which card do the machines boot from?", cards.find(({ address }) => address !== undefined)?.name, (answer) =>
    cards.some(({ name }) => name === answer) ? undefined : `There is no card ${answer}.`,
  );
}

const NO_MORE = "no";

function askAnother(question: Question, left: Card[]): Promise<string> {
  return question(`Do machines boot from another card too? (${left.map(({ name }) => name).join(", ")})`, NO_MORE, (answer) =>
    answer === NO_MORE || left.some(({ name }) => name === answer) ? undefined : `Answer ${NO_MORE}, or name one of these cards.`,
  );
}

function askMode(question: Question): Promise<string> {
  stdout.write(
    `\n${Object.entries(modes)
      .map(([mode, meaning]) => `  ${mode.padEnd(6)} ${meaning}\n`)
      .join("")}`,
  );
  return question("DHCP mode?", "proxy", (answer) =>
    Object.hasOwn(modes, answer) ? undefined : `Choose one of ${Object.keys(modes).join(", ")}.`,
  );
}

const notAnAddress = (answer: string) =>
  z.ipv4().safeParse(answer).success ? undefined : `${answer || "Nothing"} is not an IPv4 address.`;

async function untilGood(
  terminal: Interface,
  signal: AbortSignal,
  text: string,
  proposal: string | undefined,
  wrong: (answer: string) => string | undefined,
): Promise<string> {
  for (;;) {
    const answer =
      (await terminal.question(`${text}${proposal === undefined ? "" : ` [${proposal}]`} `, { signal })).trim() || (proposal ?? "");
    const problem = wrong(answer);
    if (problem === undefined) return answer;
    stdout.write(`${problem}\n`);
  }
}
