/** The main program `muster` with all its commands, including the daemon. Handles arguments, signals and the exit code. */
import { CommanderError } from "commander";
import { CommandFailure, exitCodeFor, type Failure, report } from "./cli/failure.ts";
import { buildProgram } from "./cli/program.ts";
import { wholeOutput } from "./cli/standard-output.ts";
import { ApiError } from "./contract/client.ts";
import { explain, MusterError } from "./errors/errors.ts";
import { localCommands } from "./local/local.ts";

const json = process.argv.includes("--json");
const output = wholeOutput(json);
try {
  await buildProgram(localCommands).parseAsync(process.argv);
} catch (error) {
  const failure = failureOf(error);
  if (failure) {
    report(failure, json);
    process.exitCode = exitCodeFor(failure.code);
  }
}
// A finished program exits even if a database or socket is open. All output is written before the exit.
output.end();

function failureOf(error: unknown): Failure | undefined {
  if (error instanceof CommanderError) return usageFailure(error);
  if (error instanceof CommandFailure || error instanceof ApiError) return error;
  if (error instanceof MusterError) {
    const hint = error.code === "REQUEST_INVALID" ? "Correct the value that is named and run the command again." : error.hint;
    return { code: error.code, message: explain(error), hint };
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: "INTERNAL", message: trace, hint: "This is a defect in Muster. Please report these lines." };
}

/**
 * Returns the failure for a usage error. A request for help is not a failure. If the library commander prints help
 * because a command is missing, the program has failed.
 */
function usageFailure({ code, exitCode, message }: CommanderError): Failure | undefined {
  if (exitCode === 0) return undefined;
  if (code === "commander.help") return { code: "USAGE", message: "a command is missing", hint: "Choose one of the commands above." };
  return { code: "USAGE", message: message.replace(/^error: /, ""), hint: "Run the command with --help to see its arguments and options." };
}
