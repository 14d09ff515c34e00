/** Writes a file for the user. The file gets its name only when it is complete, so an incomplete file never looks complete. */
import { closeSync, existsSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { explain, isDiskFull } from "../errors/errors.ts";
import { CommandFailure } from "./failure.ts";

/** `option` names the option in errors, such as `--export`. */
export interface NewFile {
  file: string;
  option: string;
  mayReplace: boolean;
}

/** Calls `fill` with a function that appends bytes to the file. Only this user may read the file. */
export async function writeFileWhole<T>(target: NewFile, fill: (append: (bytes: Uint8Array) => void) => T | Promise<T>): Promise<T> {
  requireFree(target);
  if (isDevice(target.file)) return fill((bytes) => attempt(target, () => writeFileSync(target.file, bytes, { flag: "a" })));
  const file = existsSync(target.file) ? realpathSync(target.file) : target.file;
  const draft = `${file}.part`;
  const descriptor = attempt(target, () => {
    rmSync(draft, { force: true }); // a draft of an earlier run would keep its mode
    return openSync(draft, "wx", 0o600);
  });
  try {
    // Unlike writeSync, writeFileSync continues after a short write, or throws an error.
    const filled = await fill((bytes) => attempt(target, () => writeFileSync(descriptor, bytes)));
    attempt(target, () => fsyncSync(descriptor));
    requireFree(target);
    attempt(target, () => renameSync(draft, file));
    return filled;
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Such as `/dev/stdout` or a named pipe. A rename would replace it by a file. */
const isDevice = (file: string) => existsSync(file) && !statSync(file).isFile();

function requireFree({ file, option, mayReplace }: NewFile): void {
  if (!mayReplace && existsSync(file))
    throw new CommandFailure("USAGE", `${option}: ${file} exists already`, "Name a file that does not exist yet.");
}

function attempt<T>({ file, option }: NewFile, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const reason = isDiskFull(error) ? "no space left" : explain(error);
    const hint = "Make room or name another file, then run the command again.";
    throw new CommandFailure("STEP_FAILED", `${option}: ${file} could not be written: ${reason}`, hint);
  }
}
