/** The signature of whoever says yes, made on their own machine: of the plan that was shown there, not of what the daemon says it is. */
import { createInterface } from "node:readline/promises";
import { isShown } from "../../changes/votes/shown.ts";
import { findSigningKey } from "../../changes/votes/signing-key.ts";
import type { VoteSignature } from "../../contract/changes/approval.ts";
import { ASKER_HAS_NO_VOTE, hasAsked } from "../../contract/changes/person.ts";
import type { Client } from "../../contract/client.ts";
import { CommandFailure } from "../failure.ts";
import { clean } from "../print.ts";
import { showQuestion } from "./question.ts";

export interface Manner {
  json: boolean;
  /** It was said beforehand: the plan is shown, and nobody is asked. */
  yes: boolean;
}

/** Nothing where this machine has no voter's key: then the daemon says whether that will do. */
export async function signatureFor(daemon: Client, id: string, { json, yes }: Manner): Promise<VoteSignature | undefined> {
  const key = findSigningKey(process.env);
  if (!key) return undefined;
  const { approval, work } = await daemon.getApproval({ id });
  if (approval.id !== id || !isShown(approval, work))
    throw new CommandFailure(
      "NO_PERMISSION",
      `${id}: the plan that came with it is not the one it asks about`,
      "Nothing was signed. The daemon does not say what it asks: have its control node looked at before you answer anything.",
    );
  if (hasAsked(key.voter, approval))
    throw new CommandFailure("NO_PERMISSION", `${ASKER_HAS_NO_VOTE}, and the key here is theirs`, "Let another person answer it.");
  // With --json the answer alone goes to standard output.
  const screen = json ? process.stderr : process.stdout;
  screen.write(`${showQuestion(approval, work)}\n\n`);
  if (!yes) await sure(key.voter, screen);
  return key.sign(approval, "approve", new Date());
}

async function sure(voter: string, screen: NodeJS.WriteStream): Promise<void> {
  if (!process.stdin.isTTY || !screen.isTTY)
    throw new CommandFailure(
      "USAGE",
      "nobody can be asked here whether to sign it",
      "Nothing was signed. Read what is shown, then add --yes.",
    );
  const terminal = createInterface({ input: process.stdin, output: screen });
  try {
    const said = await terminal.question(`Sign a yes to this as ${clean(voter)}? [y/N] `);
    if (!/^y(es)?$/i.test(said.trim())) throw new CommandFailure("INTERRUPTED", "nothing was signed", "Say no to it with `muster deny`.");
  } finally {
    terminal.close();
  }
}
