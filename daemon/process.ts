/**
 * The program of a daemon process. The supervisor runs `process.ts child NAME --config FILE --data FOLDER`. For systemd,
 * `scripts/muster-process` first runs `check`, which prints the words of a command for netboot's sockets, and then `unit`.
 */
import { parseArgs } from "node:util";
import { locateDataDir } from "./data-dir.ts";
import { explain, MusterError } from "./errors/errors.ts";
import { runOneProcess } from "./processes/supervisor/one-process.ts";
import { ipcWire } from "./processes/supervisor/wire.ts";

const names = ["control", "netboot", "executor"] as const;

/** The exit code of a process that must not start again before a person corrects its files. The systemd units name it. */
const WRONG_FILES = 78;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { config: { type: "string" }, data: { type: "string" } },
  });
  const [how, wanted] = positionals;
  const name = names.find((known) => known === wanted);
  if (!name || values.config === undefined)
    throw new MusterError("REQUEST_INVALID", "only the daemon and its systemd units start this program; run `muster up`");
  const data = locateDataDir(values.data, process.env);
  if (how === "check") {
    process.exitCode = WRONG_FILES;
    const { checkOne } = await import("./processes/start/one-user-checks.ts");
    // The shell that runs this check becomes the process, so systemd has passed the sockets to the shell.
    for (const word of checkOne(name, values.config, data, process.env, process.ppid)) process.stdout.write(`${word}\n`);
    process.exitCode = 0;
  } else if (how === "unit") {
    const { unitWire } = await import("./processes/supervisor/unit-wire.ts");
    await runOneProcess(name, values.config, data, unitWire(name, data));
  } else await runOneProcess(name, values.config, data, ipcWire());
} catch (error) {
  const told = error instanceof MusterError ? `${explain(error)}\n→ ${error.hint}` : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`muster: ${told}\n`);
  process.exitCode ??= 1;
}
// A finished process exits even if a handle is open. All output is written before the exit.
process.stdout.write("", () => process.exit());
