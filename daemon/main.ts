/** The program: `muster` with all its commands, the daemon among them. Owns arguments, signals and the exit code. */
import { CommanderError } from "commander";
import { CommandFailure, exitCodeFor, type Told, tell } from "./cli/failure.ts";
import { buildProgram } from "./cli/program.ts";
import { ApiError } from "./contract/client.ts";
import { explain, MusterError } from "./errors/errors.ts";
import { localCommands } from "./local/local.ts";

// `muster jobs | head` closes the pipe early; that is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const json = process.argv.includes("--json");
try {
  await buildProgram(localCommands).parseAsync(process.argv);
} catch (error) {
  const told = failureOf(error);
  if (told) {
    tell(told, json);
    process.exitCode = exitCodeFor(told.code);
  }
}
// A database handle or a socket of a command must not keep a finished program; what it said must still get out.
process.stdout.write("", () => process.exit());

function failureOf(error: unknown): Told | undefined {
  if (error instanceof CommanderError) return usageFailure(error);
  if (error instanceof CommandFailure || error instanceof ApiError) return error;
  if (error instanceof MusterError) {
    const hint = error.code === "REQUEST_INVALID" ? "Correct what is named and run the command again." : error.hint;
    return { code: error.code, message: explain(error), hint };
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: "INTERNAL", message: trace, hint: "This is a defect in Muster; please report these lines." };
}

/** Help that was asked for is no failure; help because a word is missing is. */
function usageFailure({ code, exitCode, message }: CommanderError): Told | undefined {
  if (exitCode === 0) return undefined;
  if (code === "commander.help") return { code: "USAGE", message: "a command is missing", hint: "Choose one of those above." };
  return { code: "USAGE", message: message.replace(/^error: /, ""), hint: "Run the command with --help for what it takes." };
}
