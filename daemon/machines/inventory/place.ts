/**
 * Finds the file behind the path of the inventory. The path may be a link into a repository. An entry that is not exactly one
 * file is refused, because an empty inventory in its place would hide all nodes.
 */
import { accessSync, closeSync, constants, lstatSync, openSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { MusterError } from "../../errors/errors.ts";

/** Returns the real path of the file, or undefined if nothing exists at the path. */
export function fileAt(path: string): string | undefined {
  try {
    const file = realpathSync.native(path);
    const found = statSync(file);
    if (found.isFile()) return file;
    throw unusablePlace(`${path} is ${found.isDirectory() ? "a folder" : "neither a file nor a folder"}; Muster needs one file there`);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return nothingAt(path);
    if (code === "ELOOP") throw unusablePlace(`${path} is a link that leads back to itself`);
    throw readable(path, error);
  }
}

/** Returns the real path of the file. Creates an empty file if nothing exists at the path, because it is a valid inventory. */
export function fileMadeAt(path: string): string {
  const found = fileAt(path);
  if (found !== undefined) return found;
  try {
    closeSync(openSync(path, "ax", 0o640));
  } catch (error) {
    // Another program may have created the file in the meantime.
    if (codeOf(error) !== "EEXIST") throw unusablePlace(`${path} cannot be created`, error);
  }
  return fileAt(path) ?? path;
}

/** Throws if Muster cannot replace the file, for example because a link leads into a read-only folder. */
export function requireWritable(path: string): void {
  const file = fileAt(path);
  if (file === undefined) return;
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw unusablePlace(`${path} cannot be replaced, because ${dirname(file)} is not writable`, error);
  }
}

/** Returns the path with the real path of its folder, but without following a link at its end. */
export const entryAt = (path: string): string => join(realpathSync.native(dirname(path)), basename(path));

/** Returns the error that says why the file cannot be read. Other errors of Muster stay as they are. */
export const readable = (path: string, error: unknown): unknown =>
  codeOf(error) === undefined ? error : unusablePlace(`${path} cannot be read`, error);

export const unusablePlace = (message: string, cause?: unknown): MusterError => new MusterError("INVENTORY_UNUSABLE", message, { cause });

/** Returns the code of an error of the operating system. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && !(error instanceof MusterError) && "code" in error ? String(error.code) : undefined;

function nothingAt(path: string): undefined {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    throw unusablePlace(`${path} is a link to ${readlinkSync(path)}, where no file exists`);
}
