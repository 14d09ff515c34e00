/** Opens a file below a given folder for reading only. Symbolic links cannot lead outside the folder. */
import { constants, type Stats } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";

export type Opened = { kind: "file"; handle: FileHandle; stats: Stats } | { kind: "missing" } | { kind: "outside" } | { kind: "denied" };

/**
 * With O_NONBLOCK, opening a named pipe does not wait for a writer. O_NOFOLLOW rejects no valid file, because the
 * path is already resolved.
 */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * Each of these error codes means that the file does not exist. Any other error means a fault on the server's host,
 * so the function throws the error.
 */
const ABSENT = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP", "ENXIO"]);

/** The file's `name` is a relative path with `/` as the separator. */
export async function openContained(root: string, name: string): Promise<Opened> {
  const parts = name.split("/");
  if (name.includes("\0")) return { kind: "missing" };
  if (parts.includes("..")) return { kind: "outside" };
  // A file whose name starts with a dot is private or incomplete, so the server never sends the file.
  if (parts.some((part) => part === "" || part.startsWith("."))) return { kind: "missing" };
  try {
    const base = await realpath(root);
    const path = await realpath(join(base, name));
    if (!path.startsWith(base + sep)) return { kind: "outside" };
    const handle = await open(path, FLAGS);
    const stats = await handle.stat().catch(async (cause: unknown) => {
      await handle.close();
      throw cause;
    });
    if (stats.isFile()) return { kind: "file", handle, stats };
    await handle.close();
    return { kind: "missing" };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    if (code === "EACCES" || code === "EPERM") return { kind: "denied" };
    if (ABSENT.has(code)) return { kind: "missing" };
    throw cause;
  }
}

/**
 * The version string changes when the file is written or replaced. A client must not combine parts of the old version
 * with parts of the new version.
 */
export const versionOf = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string => `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`;

/**
 * Returns false if the file was written or replaced between the two `stat` calls. A client must not combine parts of
 * the old version with parts of the new version.
 */
export const sameVersion = (a: Stats, b: Stats): boolean =>
  a.size === b.size && a.mtimeMs === b.mtimeMs && a.ino === b.ino && a.dev === b.dev;
