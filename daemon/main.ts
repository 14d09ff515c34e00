/** The program: `muster` with all its commands, the daemon among them. Owns arguments, signals and the exit code. */
import { buildProgram } from "./cli/program.ts";
import { localCommands } from "./compose/local.ts";
import { ApiError } from "./contract/client.ts";
import { explain, MusterError } from "./errors.ts";

try {
  await buildProgram(localCommands).parseAsync(process.argv);
} catch (error) {
  if (error instanceof ApiError) process.stderr.write(`${error.message}\n${error.hint}\n`);
  else if (error instanceof MusterError) process.stderr.write(`${explain(error)}\n${error.hint}\n`);
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
// A database handle or a socket of a command must not keep a finished program.
process.exit();
