/** Defines `muster log`, which shows the daemon's own log, even if the daemon runs on another machine. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Command, Option } from "commander";
import { LogLevel, type LogLine } from "../../contract/admin/daemon-log.ts";
import type { Client } from "../../contract/client.ts";
import { clean, paint } from "../print.ts";
import { examples, type Words, whole } from "../words.ts";

interface LogOptions {
  level: LogLevel;
  part?: string;
  limit: number;
  follow?: true;
}

export function daemonLogCommands(program: Command, { json, client }: Words): void {
  program
    .command("log")
    .description("show the log of the daemon's processes: musterd, control, netboot and executor")
    .addOption(new Option("--level <level>", "show lines of this level and above").choices(LogLevel.options).default("trace", "all"))
    .option("--part <name>", "show only the lines of this process, or of this part of a process")
    .option("--limit <number>", "show at most this many of the newest lines", whole(1, 10_000), 200)
    .option("--follow", "show new lines as they arrive, until you press Ctrl-C")
    .addHelpText(
      "after",
      `\nThe daemon keeps the newest 10000 lines since its start, without secrets. Its standard output has all lines.
Set \`admin.log.level\` in muster.yaml to log more or less. With --json, each line is one JSON object.\n${examples(
        "muster log --level warn",
        "muster log --part netboot --follow",
        "muster log --json | jq -r 'select(.part==\"jobs\") | .text'",
      )}`,
    )
    .action(async (options: LogOptions) => {
      const show = (line: LogLine) => process.stdout.write(json() ? `${JSON.stringify(line)}\n` : `${showLine(line)}\n`);
      await showLog(client(), options, show);
    });
}

const EVERY_MS = 1000;

async function showLog(client: Client, { level, part, limit, follow }: LogOptions, show: (line: LogLine) => void): Promise<void> {
  const wanted = { level, ...(part !== undefined && { part }) };
  let page = await client.daemonLog({ ...wanted, limit });
  for (;;) {
    page.lines.forEach(show);
    if (!follow) return;
    const { epoch, next, lines } = page;
    if (lines.length === 0) await sleep(EVERY_MS);
    page = await client.daemonLog({ ...wanted, since: next });
    // The daemon has restarted and numbers its lines from the beginning, so the client requests all lines again.
    if (page.epoch !== epoch) page = await client.daemonLog({ ...wanted, since: 0 });
  }
}

function showLine({ at, level, process, part, text, detail = {} }: LogLine): string {
  const from = part === undefined ? process : `${process}/${part}`;
  const rest = Object.entries(detail).map(([name, value]) => ` ${name}=${/[\s"]/.test(value) ? JSON.stringify(value) : value}`);
  return `${at} ${painted(level)} ${clean(from)}: ${clean(`${text}${rest.join("")}`)}`;
}

function painted(level: LogLevel): string {
  const word = level.toUpperCase().padEnd(5);
  switch (level) {
    case "fatal":
    case "error":
      return paint("red", word);
    case "warn":
      return paint("yellow", word);
    default:
      return paint("dim", word);
  }
}
