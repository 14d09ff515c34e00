/** The files below one folder, and nothing outside it. Read-only. */
import { open, realpath } from "node:fs/promises";
import { join, resolve, sep } from "node:path";

export type Found =
  | { kind: "found"; size: number; read(offset: number, length: number): Promise<Buffer>; close(): Promise<void> }
  | { kind: "missing" }
  | { kind: "outside" };

/** Debian ships the UNDI loader under the second name. */
const alternatives = new Map([["undionly.kpxe", "undionly.kkpxe"]]);

export async function openFile(root: string, requested: string): Promise<Found> {
  const name = requested.replaceAll("\\", "/").replace(/^\/+/, "");
  if (name === "" || name.includes("\0")) return { kind: "missing" };
  if (name.split("/").includes("..")) return { kind: "outside" };
  const found = await openInside(root, name);
  const other = alternatives.get(name);
  return found.kind === "missing" && other !== undefined ? openInside(root, other) : found;
}

async function openInside(root: string, name: string): Promise<Found> {
  let base: string;
  let path: string;
  try {
    base = await realpath(root);
    // After the links are followed: a link may lead out of the folder.
    path = await realpath(resolve(join(base, name)));
  } catch {
    return { kind: "missing" };
  }
  if (!path.startsWith(base + sep)) return { kind: "outside" };
  const handle = await open(path, "r");
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    return { kind: "missing" };
  }
  return {
    kind: "found",
    size: stats.size,
    read: async (offset, length) => {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    close: () => handle.close(),
  };
}

/** RFC 764 line ends, as the `netascii` mode wants them. Small text files only: the whole is held in memory. */
export async function asNetascii(file: Extract<Found, { kind: "found" }>): Promise<Extract<Found, { kind: "found" }>> {
  const text = (await file.read(0, file.size)).toString("latin1");
  await file.close();
  return fromText(text.replaceAll("\r", "\r\0").replaceAll("\n", "\r\n"));
}

export function fromText(text: string): Extract<Found, { kind: "found" }> {
  const bytes = Buffer.from(text, "latin1");
  return {
    kind: "found",
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
    close: async () => undefined,
  };
}
