/** `npm run e2e` runs all long checks, or the named ones. This file handles the arguments, the signals, the table and the exit code. */
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { answer } from "../lab/answer.ts";
import { type Check, checksOf, chosen, exitCode, table } from "./checks.ts";
import { runChecks } from "./run-checks.ts";

const root = join(import.meta.dirname, "../..");

const usage = `usage: npm run e2e -- [NAME...]

Runs the long checks one after the other, each script of package.json whose name begins with e2e:. Prints a table at the end.
With names, runs only these checks. All checks take several hours under emulation. They need root.

A check that fails does not stop the others, and the exit code is 1. A check is skipped if this machine lacks a program that the
check needs. If every check is skipped, the exit code is 1. Ctrl-C ends the running check and prints the table.
A second Ctrl-C ends the running check without its clean-up.

  --package FILE  read the checks from another package.json
`;

const [stop, kill] = [new AbortController(), new AbortController()];
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => (stop.signal.aborted ? kill.abort() : stop.abort()));
process.exitCode = await answer({ name: "e2e", usage, read: readArguments }, main);

async function main(checks: Check[]): Promise<number> {
  const path = [join(root, "node_modules/.bin"), process.env.PATH].filter(Boolean).join(delimiter);
  const outcomes = await runChecks(checks, {
    cwd: root,
    env: { ...process.env, PATH: path },
    say: (line) => console.log(line),
    write: (text) => process.stdout.write(text),
    stop: stop.signal,
    kill: kill.signal,
  });
  console.log(`\n${table(outcomes)}`);
  return exitCode(outcomes);
}

function readArguments(args: string[]): Check[] | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" }, package: { type: "string", default: join(root, "package.json") } },
  });
  if (values.help) return undefined;
  const { scripts } = JSON.parse(readFileSync(values.package, "utf8")) as { scripts: Record<string, string> };
  return chosen(checksOf(scripts), positionals);
}
