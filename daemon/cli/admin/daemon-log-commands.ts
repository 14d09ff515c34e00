/** The daemon's own log at a terminal, from wherever one is. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Command, Option } from "commander";
import { LogLevel, type LogLine } from "../../contract/admin/daemon-log.ts";
import type { Client } from "../../contract/client.ts";
import { clean, paint } from "../print.ts";
import { examples, type Words, whole } from "../words.ts";

interface Asked {
  level: LogLevel;
  part?: string;
  limit: number;
  follow?: true;
}

export function daemonLogCommands(program: Command, { json, client }: Words): void {
  program
    .command("log")
    .description("what the daemon's processes logged: musterd, control, netboot, executor")
    .addOption(new Option("--level <level>", "lines at least this grave").choices(LogLevel.options).default("trace", "all"))
    .option("--part <name>", "one process, or one part of a process")
    .option("--limit <number>", "how many of the newest", whole(1, 10_000), 200)
    .option("--follow", "and what comes, until Ctrl-C")
    .addHelpText(
      "after",
      `\nThe newest 10000 lines since the daemon's start, without secrets; standard output of the daemon has all of them. How much it logs at
all is \`log.level\` in muster.yaml. With --json one line for each.${examples(
        "muster log --level warn",
        "muster log --part netboot --follow",
        "muster log --json | jq -r 'select(.part==\"jobs\") | .text'",
      )}`,
    )
    .action(async (asked: Asked) => {
      const show = (line: LogLine) => process.stdout.write(json() ? `${JSON.stringify(line)}\n` : `${showLine(line)}\n`);
      await tell(client(), asked, show);
    });
}

const EVERY_MS = 1000;

async function tell(client: Client, { level, part, limit, follow }: Asked, show: (line: LogLine) => void): Promise<void> {
  const wanted = { level, ...(part !== undefined && { part }) };
  let page = await client.daemonLog({ ...wanted, limit });
  for (;;) {
    page.lines.forEach(show);
    if (!follow) return;
    const { epoch, next, lines } = page;
    if (lines.length === 0) await sleep(EVERY_MS);
    page = await client.daemonLog({ ...wanted, since: next });
    // Another daemon counts anew.
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
