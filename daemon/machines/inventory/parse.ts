/** Parses the text of the inventory for reading and for changes, and finds changes that reach entries of others. */
import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, LineCounter, parseDocument } from "yaml";
import { MusterError } from "../../errors/errors.ts";
import { construct, FaultAt } from "./reading/construct.ts";
import { type Reading, read } from "./reading/reading.ts";
import { originalsOf } from "./writing/originals.ts";
import { spliced } from "./writing/splices.ts";

const linesOf = new WeakMap<Document, LineCounter>();

/**
 * Parses YAML 1.1. Every scalar stays a text with its own spelling, and Muster resolves it as Ansible does. An empty file is a
 * valid inventory.
 */
export function parsed(text: string, path: string): Document {
  // Ansible runs a file that begins with these signs.
  if (text.startsWith("#!")) throw invalid(path, "it begins with #!, so Ansible would run it as a program");
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    version: "1.1",
    lineCounter,
    schema: "failsafe",
    keepSourceTokens: true,
    uniqueKeys: false,
    logLevel: "error",
  });
  const [error] = document.errors;
  if (error) throw new MusterError("INVENTORY_INVALID", `${path} is not valid YAML: ${error.message.split("\n")[0]}`);
  if (!isMap(document.contents)) throw invalid(path, "the top level is not a mapping");
  linesOf.set(document, lineCounter);
  return document;
}

/** The text that stands for a missing or an empty file. */
export const filled = (text: string): string => (text.trim() === "" ? "all:\n" : text);

export function understood(document: Document, path: string): Reading {
  try {
    return read(document);
  } catch (error) {
    if (error instanceof FaultAt && error.offset !== undefined)
      throw invalid(path, `line ${linesOf.get(document)?.linePos(error.offset).line}: ${error.message}`);
    throw asInvalid(error, path);
  }
}

/**
 * Applies the edits to the text. `apply` may change the document. The new text must mean the same as the changed document.
 */
export function edited(text: string, path: string, apply: (document: Document) => void): { text: string; document: Document } {
  const document = parsed(text, path);
  const originals = originalsOf(document);
  apply(document);
  const changed = spliced(text, document, originals);
  const again = parsed(changed, path);
  if (!isDeepStrictEqual(construct(again), construct(document)))
    throw invalid(path, "Muster cannot write this change without damage to other lines; make it with an editor");
  return { text: changed, document: again };
}

/** Returns the first host or group outside `touched` that has other values or members after a change. */
export function otherChanged(before: Reading, after: Reading, touched: ReadonlySet<string>): string | undefined {
  const known = new Set([...Object.keys(before.hosts), ...before.groups.map(({ name }) => name)]);
  const others = (names: readonly string[]) => new Set(names.filter((name) => known.has(name) && !touched.has(name)));
  const members = ({ name, hosts, children, vars }: Reading["groups"][number]) => [
    others(hosts),
    others(children),
    touched.has(name) ? undefined : vars,
  ];
  const groupsAfter = new Map(after.groups.map((group) => [group.name, members(group)]));
  return (
    Object.keys(before.hosts).find((name) => !touched.has(name) && !isDeepStrictEqual(before.hosts[name], after.hosts[name])) ??
    before.groups.find((group) => !isDeepStrictEqual(members(group), groupsAfter.get(group.name)))?.name
  );
}

export const invalid = (path: string, reason: string): MusterError => new MusterError("INVENTORY_INVALID", `${path}: ${reason}`);

/** The reader and the edits throw a RangeError for entries that they cannot use. */
export const asInvalid = (error: unknown, path: string): unknown => (error instanceof RangeError ? invalid(path, error.message) : error);
