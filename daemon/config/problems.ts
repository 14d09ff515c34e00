/** Describes the faults of a configuration, with the key names that the file uses. */
import * as z from "zod";
import { movedKeys, newPlaceOf } from "./moved-keys.ts";

type NameOf = (path: readonly string[]) => string;

export function configProblems(error: z.ZodError, schema: z.ZodType, nameOf: NameOf): string {
  return error.issues.flatMap((issue) => problemsOf(issue, schema, nameOf)).join("\n");
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType, nameOf: NameOf): string[] {
  const at = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const meant = elsewhere([...at, key], schema) ?? nearby(at, key, schema, nameOf);
      return `${nameOf([...at, key])}: there is no such key${meant === undefined ? "" : `; ${meant} is one`}`;
    });
  }
  return [`${nameOf(at) || "the file"}: ${issue.message}`];
}

/** Finds the path of a key that exists in another section, under the same name or an earlier name. */
function elsewhere(path: string[], schema: z.ZodType): string | undefined {
  const key = path.at(-1);
  const moved = newPlaceOf(path.join("."));
  if (moved !== undefined) return moved;
  const same = pathsOf(schema, []).filter((known) => known.at(-1) === key);
  return same.length === 1 ? same[0]?.join(".") : undefined;
}

function nearby(at: string[], key: string, schema: z.ZodType, nameOf: NameOf): string | undefined {
  const meant = nearest(key, keysAt(schema, at));
  if (meant !== undefined) return nameOf([...at, meant]);
  const section = at.length === 0 ? nearest(key, Object.keys(oldSections)) : undefined;
  return section && oldSections[section];
}

/** Sections of earlier versions, with their new paths. */
const oldSections: Record<string, string> = Object.fromEntries(
  movedKeys.filter(({ from }) => !from.includes(".")).map(({ from, to }) => [from, to]),
);

function unwrapped(schema: unknown): unknown {
  let inner = schema;
  while (
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodNullable
  )
    inner = inner.unwrap();
  return inner;
}

function pathsOf(schema: unknown, path: string[]): string[][] {
  const inner = unwrapped(schema);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([key, value]) => [[...path, key], ...pathsOf(value, [...path, key])]);
}

function keysAt(schema: z.ZodType, path: string[]): string[] {
  let here: unknown = unwrapped(schema);
  for (const step of path) {
    if (here instanceof z.ZodArray) here = unwrapped(here.element);
    else if (here instanceof z.ZodObject) here = unwrapped(here.shape[step]);
    else return [];
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

function nearest(key: string, known: string[]): string | undefined {
  const [best] = known.map((each) => ({ each, distance: distance(key, each) })).sort((one, other) => one.distance - other.distance);
  return best && best.distance <= Math.max(2, key.length / 3) ? best.each : undefined;
}

/** Returns the Levenshtein distance: the number of letters to change, insert or remove. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [column, against] of [...other].entries())
      next.push(Math.min((next[column] ?? 0) + 1, (row[column + 1] ?? 0) + 1, (row[column] ?? 0) + (letter === against ? 0 : 1)));
    row = next;
  }
  return row[other.length] ?? 0;
}
