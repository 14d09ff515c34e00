/** The program of one process of the daemon, as the supervisor starts it: `process.ts child NAME --config FILE --data FOLDER`. */
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
    throw new MusterError("REQUEST_INVALID", "this program is for the daemon: start it with `muster up`");
  await runChildProcess(name, values.config, locateDataDir(values.data, process.env));
} catch (error) {
  const told = error instanceof MusterError ? `${explain(error)}\n→ ${error.hint}` : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`muster: ${told}\n`);
  process.exitCode = 1;
}
// A handle that is still open must not keep a finished process; what it said must still get out.
process.stdout.write("", () => process.exit());
