/** What every command has in common: how it is answered, whom it asks, which options say where things are. */
import { type Command, InvalidArgumentError } from "commander";
import type { Client } from "../contract/client.ts";
import { connect } from "./connect.ts";

export interface Words {
  json(): boolean;
  client(): Client;
}

interface GlobalOptions {
  json?: boolean;
  url?: string;
  key?: string;
}

export const wordsOf = (program: Command, version: string): Words => ({
  json: () => program.opts<GlobalOptions>().json === true,
  client: () => {
    const { url, key } = program.opts<GlobalOptions>();
    return connect({ url, key, version });
  },
});

export const placed = (command: Command): Command =>
  command
    .option("--config <file>", "configuration (MUSTER_CONFIG, else /etc/muster/muster.yaml, else ./muster.yaml)")
    .option("--data <dir>", "data folder (MUSTER_DATA, else /var/lib/muster, else ./.muster)");

export const examples = (...lines: string[]): string => `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `90`, `90s`, `30m`, `12h`, `7d`. */
export const duration =
  (from: number, to: number) =>
  (text: string): number => {
    const [, digits, unit = "s"] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
    const seconds = Number(digits) * unitSeconds[unit as keyof typeof unitSeconds];
    if (digits === undefined || seconds < from || seconds > to)
      throw new InvalidArgumentError(`It is not a time from ${from} to ${to} seconds, such as 90s, 30m, 12h or 7d.`);
    return seconds;
  };

export const whole =
  (from: number, to: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isInteger(value) || value < from || value > to)
      throw new InvalidArgumentError(`It is not a whole number from ${from} to ${to}.`);
    return value;
  };
