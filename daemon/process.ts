/** The program of a daemon process. The supervisor runs `process.ts child NAME --config FILE --data FOLDER`. */
import { parseArgs } from "node:util";
import { locateDataDir } from "./data-dir.ts";
import { explain, MusterError } from "./errors/errors.ts";
import { runChildProcess } from "./processes/supervisor/one-process.ts";

const names = ["control", "netboot", "executor"] as const;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { config: { type: "string" }, data: { type: "string" } },
  });
  const name = names.find((known) => known === positionals[1]);
  if (!name || values.config === undefined)
    throw new MusterError("REQUEST_INVALID", "only the daemon starts this program; run `muster up`");
  await runChildProcess(name, values.config, locateDataDir(values.data, process.env));
} catch (error) {
  const told = error instanceof MusterError ? `${explain(error)}\n→ ${error.hint}` : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`muster: ${told}\n`);
  process.exitCode = 1;
}
// A finished process exits even if a handle is open. All output is written before the exit.
process.stdout.write("", () => process.exit());
