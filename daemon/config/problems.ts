/** Says what is wrong with a configuration, key by key, in the words of the file. */
import * as z from "zod";

export function configProblems(error: z.ZodError, schema: z.ZodType): string {
  return error.issues.flatMap((issue) => problemsOf(issue, schema)).join("\n");
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType): string[] {
  const at = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, at);
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      return `${[...at, key].join(".")}: there is no such key${meant === undefined ? "" : `; ${[...at, meant].join(".")} is one`}`;
    });
  }
  return [`${at.join(".") || "the file"}: ${issue.message}`];
}

function keysAt(schema: z.ZodType, path: string[]): string[] {
  let here: unknown = schema;
  for (const step of [...path, undefined]) {
    while (here instanceof z.ZodDefault || here instanceof z.ZodPrefault || here instanceof z.ZodOptional || here instanceof z.ZodNullable)
      here = here.unwrap();
    if (here instanceof z.ZodArray && step !== undefined) {
      here = here.element;
      continue;
    }
    if (!(here instanceof z.ZodObject)) return [];
    if (step === undefined) return Object.keys(here.shape);
    here = here.shape[step];
  }
  return [];
}

function nearest(key: string, known: string[]): string | undefined {
  const [best] = known.map((each) => ({ each, distance: distance(key, each) })).sort((one, other) => one.distance - other.distance);
  return best && best.distance <= Math.max(2, key.length / 3) ? best.each : undefined;
}

/** Levenshtein: how many letters differ. */
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
