/** Opens a file below one folder, read-only. Links cannot lead outside of the folder. */
import { constants, type Stats } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";

export type Opened = { kind: "file"; handle: FileHandle; stats: Stats } | { kind: "missing" } | { kind: "outside" } | { kind: "denied" };

/**
 * Nonblocking, because opening a pipe must not wait for its writer. No links, because the path is already
 * resolved.
 */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * These errors mean that the file does not exist. Any other error is a fault of this machine and is thrown.
 */
const ABSENT = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP", "ENXIO"]);

/** `name` is relative, with `/` between its parts. */
export async function openContained(root: string, name: string): Promise<Opened> {
  const parts = name.split("/");
  if (name.includes("\0")) return { kind: "missing" };
  if (parts.includes("..")) return { kind: "outside" };
  // A name that starts with a dot is a private or half-written file.
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

/** Changes when the file is written or replaced in place. Parts that were read before then no longer fit. */
export const versionOf = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string => `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`;

/**
 * False if the file was written or replaced in place in the meantime. Parts that were read before then no
 * longer fit.
 */
export const sameVersion = (a: Stats, b: Stats): boolean =>
  a.size === b.size && a.mtimeMs === b.mtimeMs && a.ino === b.ino && a.dev === b.dev;
