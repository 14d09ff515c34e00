/** The program: `muster` with all its commands, including the daemon. Owns arguments, signals and the exit code. */
import { CommanderError } from "commander";
import { CommandFailure, exitCodeFor, type Failure, report } from "./cli/failure.ts";
import { buildProgram } from "./cli/program.ts";
import { ApiError } from "./contract/client.ts";
import { explain, MusterError } from "./errors/errors.ts";
import { localCommands } from "./local/local.ts";

// `muster jobs | head` closes the pipe early. That is not a failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const json = process.argv.includes("--json");
try {
  await buildProgram(localCommands).parseAsync(process.argv);
} catch (error) {
  const failure = failureOf(error);
  if (failure) {
    report(failure, json);
    process.exitCode = exitCodeFor(failure.code);
  }
}
// An open database or socket must not keep a finished program alive. Its output is flushed first.
process.stdout.write("", () => process.exit());

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

/** Requested help is not a failure. Help that appears because a command is missing is one. */
function usageFailure({ code, exitCode, message }: CommanderError): Failure | undefined {
  if (exitCode === 0) return undefined;
  if (code === "commander.help") return { code: "USAGE", message: "a command is missing", hint: "Choose one of the commands above." };
  return { code: "USAGE", message: message.replace(/^error: /, ""), hint: "Run the command with --help to see its arguments and options." };
}
