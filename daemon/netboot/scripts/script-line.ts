/** One line of an iPXE script as iPXE reads it: what it runs, and where that can lead. */

export type Line =
  | { kind: "label"; name: string }
  | { kind: "comment" }
  | { kind: "commands"; text: string; verbs: string[]; gotos: (string | undefined)[]; leads: Leads };

export interface Leads {
  /** To the line below. */
  on: boolean;
  /** Out of the script: into a system, another script or back to the firmware. */
  out: boolean;
  to: string[];
  /** Nobody gets past without having waited. */
  waits: boolean;
}

/** They do what they say; everything else may fail, and a failure nobody answers ends the script. */
const cannotFail = new Set(["echo", "set", "inc", "imgfree", "sleep", "ifstat", "imgargs", "goto"]);
/** When they succeed, this script is over. */
const leaves = new Set(["boot", "autoboot", "chain", "sanboot", "reboot", "exit"]);

export function readLine(text: string): Line {
  const line = text.trim();
  if (line.startsWith(":")) return { kind: "label", name: line.slice(1).trim() };
  if (line === "" || line.startsWith("#")) return { kind: "comment" };
  // An operator stands between blanks; in a URL the same characters are only text.
  const [first = "", ...rest] = line.split(/(?:^|\s)(\|\||&&)(?=\s|$)/);
  const commands = [{ joint: "&&", command: first.trim() }];
  for (let at = 0; at < rest.length; at += 2) commands.push({ joint: rest[at]!, command: rest[at + 1]!.trim() });

  const leads: Leads = { on: false, out: false, to: [], waits: false };
  const [verbs, gotos]: [string[], (string | undefined)[]] = [[], []];
  let can = { succeed: true, fail: false };
  for (const { joint, command } of commands) {
    const [verb = "", target] = command.split(/\s+/);
    if (verb !== "") verbs.push(verb);
    if (verb === "goto") gotos.push(target);
    if (joint === "&&" ? !can.succeed : !can.fail) continue;
    const always = joint === "&&" ? !can.fail : !can.succeed;
    if (verb === "goto") leads.to.push(target ?? "");
    if (leaves.has(verb)) leads.out = true;
    if (verb === "sleep" && always) leads.waits = true;
    const ran = { succeed: verb !== "goto" && !leaves.has(verb), fail: verb !== "" && verb !== "exit" && !cannotFail.has(verb) };
    can = joint === "&&" ? { succeed: ran.succeed, fail: ran.fail || can.fail } : { succeed: ran.succeed || can.succeed, fail: ran.fail };
  }
  return { kind: "commands", text: line, verbs, gotos, leads: { ...leads, on: can.succeed, out: leads.out || can.fail } };
}
