/** The questions of `muster init`, at a terminal. An answer that cannot be is asked again; Ctrl-C and Ctrl-D end it. */
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
  off: "no DHCP at all: nothing is answered until you change this",
  proxy: "beside the DHCP server this network has; hands out no addresses",
  full: "this network's DHCP server; there is no other",
};

export async function ask(given: Given, cards: Card[]): Promise<Asked> {
  const terminal = createInterface({ input: stdin, output: stdout });
  const ended = new AbortController();
  terminal.once("SIGINT", () => ended.abort());
  terminal.once("close", () => ended.abort());
  const question = (text: string, proposal: string | undefined, wrong: (answer: string) => string | undefined) =>
    untilGood(terminal, ended.signal, text, proposal, wrong);
  try {
    const card = given.interface ?? (await askCard(question, cards));
    const chosen = cards.find(({ name }) => name === card) ?? { name: card };
    const dhcp = given.dhcp ?? (await askMode(question));
    if (dhcp !== "full") return { card: chosen, dhcp };
    const proposal = proposeRange(chosen);
    return {
      card: chosen,
      dhcp,
      range: {
        from: given.from ?? (await question("First address to hand out?", proposal?.from, notAnAddress)),
        to: given.to ?? (await question("Last one?", proposal?.to, notAnAddress)),
      },
    };
  } catch (error) {
    if (!ended.signal.aborted) throw error;
    stdout.write("\n");
    throw new CommandFailure("INTERRUPTED", "stopped; nothing was written", "Start again with `muster init`.");
  } finally {
    terminal.close();
  }
}

type Question = (text: string, proposal: string | undefined, wrong: (answer: string) => string | undefined) => Promise<string>;

function askCard(question: Question, cards: Card[]): Promise<string> {
  stdout.write("Network cards of this machine:\n");
  for (const { name, address } of cards) stdout.write(`  ${name.padEnd(15)} ${address ?? "no IPv4 address yet"}\n`);
  return question("Which one do the machines boot from?", cards.find(({ address }) => address !== undefined)?.name, (answer) =>
    cards.some(({ name }) => name === answer) ? undefined : `There is no card ${answer}.`,
  );
}

function askMode(question: Question): Promise<string> {
  stdout.write(
    `\n${Object.entries(modes)
      .map(([mode, meaning]) => `  ${mode.padEnd(6)} ${meaning}\n`)
      .join("")}`,
  );
  return question("DHCP mode?", "proxy", (answer) =>
    Object.hasOwn(modes, answer) ? undefined : `It is one of ${Object.keys(modes).join(", ")}.`,
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
