/** Opens a file below one folder, read-only, and nothing outside it, wherever links lead. */
import { constants, type Stats } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";

export type Opened = { kind: "file"; handle: FileHandle; stats: Stats } | { kind: "missing" } | { kind: "outside" } | { kind: "denied" };

/** Not blocking: opening a pipe must not wait for its writer. No link: the path was resolved already. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** What says "there is no such file here". Anything else that fails is trouble on our side, and rises. */
const ABSENT = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP", "ENXIO"]);

/** `name` is relative, with `/` between its parts. */
export async function openContained(root: string, name: string): Promise<Opened> {
  const parts = name.split("/");
  if (name.includes("\0")) return { kind: "missing" };
  if (parts.includes("..")) return { kind: "outside" };
  // A name that starts with a dot is somebody's private or half-written file.
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

/** Another text once the file was written to or replaced in place: what was read of it then no longer fits together. */
export const versionOf = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string => `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`;

/** Written to or replaced in place since: what was read of it no longer fits together. */
export const sameVersion = (a: Stats, b: Stats): boolean =>
  a.size === b.size && a.mtimeMs === b.mtimeMs && a.ino === b.ino && a.dev === b.dev;
