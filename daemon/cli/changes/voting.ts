/** Signs an approval on the voter's own machine. The signature covers the plan that the machine has shown to the voter. */
import { createInterface } from "node:readline/promises";
import { isShown } from "../../changes/votes/shown.ts";
import { findSigningKey } from "../../changes/votes/signing-key.ts";
import type { VoteSignature } from "../../contract/changes/approval.ts";
import { ASKER_HAS_NO_VOTE, hasAsked } from "../../contract/changes/person.ts";
import type { Client } from "../../contract/client.ts";
import { CommandFailure } from "../failure.ts";
import { clean } from "../print.ts";
import { showQuestion } from "./question.ts";

export interface SigningOptions {
  json: boolean;
  /** If true, the plan is shown and signed without a question. */
  yes: boolean;
}

/** Returns undefined if this machine has no voter's key. For an unsigned vote, the daemon decides whether the vote is enough. */
export async function signatureFor(daemon: Client, id: string, { json, yes }: SigningOptions): Promise<VoteSignature | undefined> {
  const key = findSigningKey(process.env);
  if (!key) return undefined;
  const { approval, work } = await daemon.getApproval({ id });
  if (approval.id !== id || !isShown(approval, work))
    throw new CommandFailure(
      "NO_PERMISSION",
      `${id}: the daemon sent a plan that does not match the approval`,
      "Nothing was signed. Check the control node before you answer any request: the daemon shows another plan than it asks about.",
    );
  if (hasAsked(key.voter, approval))
    throw new CommandFailure("NO_PERMISSION", `${ASKER_HAS_NO_VOTE}, and the key here is theirs`, "Let another person answer it.");
  // With --json, standard output contains only the answer, so the question goes to standard error.
  const screen = json ? process.stderr : process.stdout;
  screen.write(`${showQuestion(approval, work)}\n\n`);
  if (!yes) await confirm(key.voter, screen);
  return key.sign(approval, "approve", new Date());
}

async function confirm(voter: string, screen: NodeJS.WriteStream): Promise<void> {
  if (!process.stdin.isTTY || !screen.isTTY)
    throw new CommandFailure(
      "USAGE",
      "signing needs a confirmation, and there is no terminal",
      "Nothing was signed. Read the plan that is shown, then add --yes.",
    );
  const terminal = createInterface({ input: process.stdin, output: screen });
  try {
    const answer = await terminal.question(`Sign an approval of this as ${clean(voter)}? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure("INTERRUPTED", "nothing was signed", "To deny it, use `muster deny`.");
  } finally {
    terminal.close();
  }
}
