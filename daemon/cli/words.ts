/** Contains the parts that commands share: the client, common options, examples, and parsers of values. */
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
    .option("--config <file>", "configuration file (default: MUSTER_CONFIG, /etc/muster/muster.yaml or ./muster.yaml)")
    .option("--data <dir>", DATA_FOLDER);

export const CONFIG_FILE_IF_ANY = "configuration file (default: MUSTER_CONFIG, /etc/muster/muster.yaml or ./muster.yaml, if any)";

export const DATA_FOLDER = "data folder (default: MUSTER_DATA, /var/lib/muster or ./.muster)";

export const examples = (...lines: string[]): string => `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Parses a duration such as `90s`, `30m`, `12h` or `7d`, or plain seconds such as `90`. */
export const duration =
  (from: number, to: number) =>
  (text: string): number => {
    const [, digits, unit = "s"] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
    const seconds = Number(digits) * unitSeconds[unit as keyof typeof unitSeconds];
    if (digits === undefined || seconds < from || seconds > to)
      throw new InvalidArgumentError(`It is not a duration from ${inUnits(from)} to ${inUnits(to)}, such as 90s, 30m, 12h or 7d.`);
    return seconds;
  };

/** Formats a duration in the largest unit that divides it, so that 3600 seconds become `1h`. */
export function inUnits(seconds: number): string {
  const unit = (["d", "h", "m"] as const).find((each) => seconds % unitSeconds[each] === 0) ?? "s";
  return `${seconds / unitSeconds[unit]}${unit}`;
}

export const whole =
  (from: number, to: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isInteger(value) || value < from || value > to)
      throw new InvalidArgumentError(`It is not a whole number from ${from} to ${to}.`);
    return value;
  };
