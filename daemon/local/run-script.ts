/** Runs the scripts of some commands in the foreground. On Ctrl-C, the script ends first, and then the command ends. */
import { spawn } from "node:child_process";
import { CommandFailure } from "../cli/failure.ts";
import { MusterError } from "../errors/errors.ts";

interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/**
 * Runs one step of a script. The output of the step is written to standard error, so that standard output
 * contains only the answer.
 */
export async function runStep(name: string, command: string, args: string[]): Promise<void> {
  const { code, signal } = await ending(command, args, ["inherit", 2, "inherit"]);
  if (signal === "SIGINT" || code === 130)
    throw new CommandFailure("INTERRUPTED", `${name} was stopped`, "Run it again. Files that it has fetched are kept.");
  if (code !== 0)
    throw new CommandFailure(
      "STEP_FAILED",
      `${name} did not finish: ${signal ? `it was ended by ${signal}` : `exit code ${code}`}`,
      "The lines above show the reason.",
    );
}

/** Runs a tool that prints its own errors, and returns the tool's exit code. */
export async function runTool(command: string, args: string[]): Promise<number> {
  const { code, signal } = await ending(command, args, "inherit");
  return signal === "SIGINT" ? 130 : (code ?? 1);
}

function ending(command: string, args: string[], stdio: "inherit" | ["inherit", 2, "inherit"]): Promise<Ending> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio });
    // The terminal also sends Ctrl-C to the child process, but a service manager sends SIGTERM only to this
    // process. Therefore this process forwards SIGTERM to the child process.
    const stay = () => undefined;
    const pass = () => child.kill("SIGTERM");
    process.on("SIGINT", stay).on("SIGTERM", pass);
    child.once("error", (cause) => fail(new MusterError("LAUNCH_FAILED", `${command} cannot be run`, { cause })));
    child.once("exit", (code, signal) => {
      process.off("SIGINT", stay).off("SIGTERM", pass);
      done({ code, signal });
    });
  });
}
