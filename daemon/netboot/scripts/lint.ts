/**
 * Checks an iPXE script. Reports commands that some builds of iPXE lack, and gotos without a label. Also reports
 * unreachable lines, paths without an end, and loops without a sleep.
 */
import { type Line, readScriptLine } from "./script-line.ts";

const verbs = new Set(
  "chain config cpuid dhcp echo exit goto ifconf ifstat imgfetch kernel initrd imgargs imgfree inc iseq isset login menu item choose prompt reboot route sanboot set shell show sleep sync autoboot boot".split(
    " ",
  ),
);

export function lintScript(text: string): string[] {
  const [first, ...rest] = text.split("\n");
  const lines = rest.map(readScriptLine);
  const head = first === "#!ipxe" ? [] : ["the first line is not #!ipxe"];
  return [...head, ...rest.flatMap(character), ...words(lines), ...ways(lines)];
}

const character = (line: string): string[] =>
  /\p{Cc}/u.test(line.replaceAll("\t", " ")) ? [`control character in: ${line.slice(0, 60)}`] : [];

function words(lines: Line[]): string[] {
  const problems: string[] = [];
  const labels = lines.flatMap((line) => (line.kind === "label" ? [line.name] : []));
  const used = lines.flatMap((line) => (line.kind === "commands" ? line.gotos : []));
  for (const line of lines) {
    if (line.kind !== "commands") continue;
    problems.push(...line.verbs.filter((verb) => !verbs.has(verb)).map((verb) => `${verb} is not in every iPXE`));
  }
  for (const target of used) if (target === undefined || !labels.includes(target)) problems.push(`goto ${target} leads nowhere`);
  for (const label of labels) if (!used.includes(label)) problems.push(`nothing goes to :${label}`);
  for (const label of new Set(labels)) if (labels.indexOf(label) !== labels.lastIndexOf(label)) problems.push(`:${label} is there twice`);
  return problems;
}

/**
 * Follows every path through the script. The first line has the number 0. A path that continues after the last line
 * has no end.
 */
function ways(lines: Line[]): string[] {
  const labels = new Map(lines.flatMap((line, at) => (line.kind === "label" ? [[line.name, at] as const] : [])));
  const next = (at: number): number[] => {
    const line = lines[at];
    if (line?.kind !== "commands") return at < lines.length ? [at + 1] : [];
    return [...(line.leads.on ? [at + 1] : []), ...line.leads.to.flatMap((target) => labels.get(target) ?? [])];
  };
  const name = (at: number) => {
    const line = lines[at];
    return line?.kind === "commands" ? line.text.slice(0, 60) : "";
  };
  const commands = [...lines.keys()].filter((at) => lines[at]!.kind === "commands");
  const reached = from([0], next);
  const ends = commands.filter((at) => {
    const line = lines[at]!;
    return line.kind === "commands" && line.leads.out;
  });
  const previous = (at: number) => [...lines.keys()].filter((before) => next(before).includes(at));
  const ending = from([...ends, lines.length], previous);
  const waits = (at: number) => {
    const line = lines[at]!;
    return line.kind === "commands" && line.leads.waits;
  };
  const withoutWaiting = (at: number) => next(at).filter((after) => after < lines.length && !waits(after));

  const problems = commands.filter((at) => !reached.has(at)).map((at) => `nothing reaches: ${name(at)}`);
  if (reached.has(lines.length)) problems.push("the script runs off its end");
  problems.push(...commands.filter((at) => reached.has(at) && !ending.has(at)).map((at) => `never ends: ${name(at)}`));
  const hurried = commands.find((at) => !waits(at) && from(withoutWaiting(at), withoutWaiting).has(at));
  if (hurried !== undefined) problems.push(`a loop without sleep: ${name(hurried)}`);
  return problems;
}

/** Returns all lines that can be reached from `starts`. */
function from(starts: number[], next: (at: number) => number[]): Set<number> {
  const found = new Set(starts);
  for (const at of found) for (const after of next(at)) found.add(after);
  return found;
}
