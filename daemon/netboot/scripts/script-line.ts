/** Parses one line of an iPXE script. The result contains the command and the places where execution can continue. */

export type Line =
  | { kind: "label"; name: string }
  | { kind: "comment" }
  | { kind: "commands"; text: string; verbs: string[]; gotos: (string | undefined)[]; leads: Leads };

export interface Leads {
  /** True if execution can continue on the next line. */
  on: boolean;
  /** True if execution can leave the script for a system, another script or the firmware. */
  out: boolean;
  to: string[];
  /** True if the line always waits before execution continues. */
  waits: boolean;
}

/** Commands that always succeed. Any other command may fail, and a failure without `||` ends the script. */
const cannotFail = new Set(["echo", "set", "inc", "imgfree", "sleep", "ifstat", "imgargs", "goto"]);
/** Commands that end the script if they succeed. */
const leaves = new Set(["boot", "autoboot", "chain", "sanboot", "reboot", "exit"]);

export function readScriptLine(text: string): Line {
  const line = text.trim();
  if (line.startsWith(":")) return { kind: "label", name: line.slice(1).trim() };
  if (line === "" || line.startsWith("#")) return { kind: "comment" };
  // The operators `||` and `&&` need white space on both sides. Inside a URL, the same characters are ordinary text.
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
