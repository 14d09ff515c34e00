/** Finds the file of a read request below one folder, by the file name that the firmware sends. */
import { openContained } from "../contained-file.ts";
import { type Content, octets } from "./content.ts";

export type Found = { kind: "found"; content: Content } | { kind: "missing" } | { kind: "outside" } | { kind: "denied" };

/** Debian ships the UNDI loader under the second of these two names. */
const alternatives = new Map([["undionly.kpxe", "undionly.kkpxe"]]);

export async function findFile(root: string, requested: string): Promise<Found> {
  // Some firmware sends backslashes, a leading slash or double slashes in the name.
  const name = requested
    .replaceAll("\\", "/")
    .replace(/\/{2,}/g, "/")
    .replace(/^\//, "");
  const opened = await openContained(root, name);
  if (opened.kind === "file") return { kind: "found", content: octets(opened.handle, opened.stats) };
  const other = alternatives.get(name);
  return opened.kind === "missing" && other !== undefined ? findFile(root, other) : opened;
}
