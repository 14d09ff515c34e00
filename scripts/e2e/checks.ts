/** The long checks: their names and commands in package.json, the selection of some, and the table of their results. Pure. */

export interface Check {
  /** The name without `e2e:`. */
  name: string;
  command: string;
}

export type Result = "ok" | "FAILED" | "skipped" | "stopped" | "not run";

export interface Outcome {
  name: string;
  result: Result;
  seconds: number;
  figure: string;
}

/** Returns the checks in the order of package.json. */
export const checksOf = (scripts: Readonly<Record<string, string>>): Check[] =>
  Object.entries(scripts).flatMap(([name, command]) => (name.startsWith("e2e:") ? [{ name: name.slice("e2e:".length), command }] : []));

/** Returns the named checks, also in the order of package.json. The result contains all checks if no names are given. */
export function chosen(checks: readonly Check[], names: readonly string[]): Check[] {
  const wanted = names.map((name) => name.replace(/^e2e:/, ""));
  const unknown = wanted.find((name) => !checks.some((check) => check.name === name));
  if (unknown !== undefined) throw new Error(`there is no check ${unknown}; the checks are ${checks.map(({ name }) => name).join(", ")}`);
  return checks.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
}

/** The figure that says most about a check that prints its figures as one line of JSON. */
const keyFigures: Readonly<Record<string, string>> = { install: "ready_seconds", soak: "boot_ms_p99" };

/** Judges a check that ended by itself, from its exit code and its output. */
export function judged(name: string, code: number | null, output: string): Pick<Outcome, "result" | "figure"> {
  const tests = testCounts(output);
  const told = keyFigure(name, output) ?? (tests && words(tests));
  if (code !== 0) return { result: "FAILED", figure: [`exit code ${code ?? "none"}`, told].filter(Boolean).join(", ") };
  // A skipped suite counts as no test at all.
  return { result: tests?.pass === 0 ? "skipped" : "ok", figure: told ?? "" };
}

function keyFigure(name: string, output: string): string | undefined {
  const key = keyFigures[name];
  const line = output.split("\n").findLast((each) => /^\{.*\}$/.test(each.trim()));
  if (key === undefined || line === undefined) return undefined;
  const value = new RegExp(`"${key}":(-?[0-9.]+)`).exec(line)?.[1];
  return value && `${key} ${value}`;
}

interface Counts {
  pass: number;
  skipped: number;
}

/** Adds the summaries of all runs of node:test in the output. Returns undefined if there is none. */
function testCounts(output: string): Counts | undefined {
  const sum = (what: string) => [...output.matchAll(new RegExp(`^(?:ℹ|#) ${what} (\\d+)$`, "gm"))].map(([, count]) => Number(count));
  const pass = sum("pass");
  if (pass.length === 0) return undefined;
  const total = (counts: readonly number[]) => counts.reduce((all, each) => all + each, 0);
  return { pass: total(pass), skipped: total(sum("skipped")) };
}

const words = ({ pass, skipped }: Counts): string => `${pass} passed${skipped === 0 ? "" : `, ${skipped} skipped`}`;

export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ name, result, seconds, figure }) => [name, result, seconds.toFixed(0), figure]);
  const all = [["check", "result", "seconds", "key figure"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map(([name = "", result = "", seconds = "", figure = ""]) =>
      `${name.padEnd(widths[0] ?? 0)}  ${result.padEnd(widths[1] ?? 0)}  ${seconds.padStart(widths[2] ?? 0)}  ${figure}`.trimEnd(),
    )
    .join("\n");
}

/** A check is skipped if this machine lacks a program. If every check is skipped, nothing was shown. */
export function exitCode(outcomes: readonly Outcome[]): number {
  const has = (wanted: Result) => outcomes.some(({ result }) => result === wanted);
  if (has("stopped") || has("not run")) return 130;
  return has("FAILED") || !has("ok") ? 1 : 0;
}
