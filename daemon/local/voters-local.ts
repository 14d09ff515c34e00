/** Implements `muster voter add`, `list` and `remove`. Each change of the executor's list of voters is recorded in the audit. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { AuditLog } from "../audit/log.ts";
import { fingerprint } from "../changes/votes/public-key.ts";
import { type RegisteredVoter, readVoters, writeVoters } from "../changes/votes/voters-file.ts";
import { CommandFailure } from "../cli/failure.ts";
import type { VoterLine, VoterRequest } from "../cli/local-commands.ts";
import type { AuditEntry } from "../contract/audit/audit.ts";
import { samePerson } from "../contract/changes/person.ts";
import type { DataDir } from "../data-dir.ts";
import { atomically } from "../store/database.ts";
import { openStores } from "../store/stores.ts";
import { atTheKeyboard, requireOurs } from "./control-node.ts";

export function listVoters(data: DataDir): VoterLine[] {
  requireThere(data);
  return readVoters(data.voters).map(lineOf);
}

export function addVoter(data: DataDir, { name, role, publicKey }: VoterRequest): VoterLine {
  const added = { name, role, publicKey, since: new Date().toISOString() };
  change(data, "voter-added", (voters) => {
    if (voters.some((voter) => samePerson(voter.name, name)))
      throw new CommandFailure(
        "USAGE",
        `${name} is a voter already`,
        `For another key or role: muster voter remove ${name}, then add again.`,
      );
    const same = voters.find((voter) => voter.publicKey === publicKey);
    if (same)
      throw new CommandFailure(
        "USAGE",
        `this key is ${same.name}'s already, and one key is one person`,
        "Each voter needs a key of their own.",
      );
    return { voters: [...voters, added], changed: added };
  });
  return lineOf(added);
}

export function removeVoter(data: DataDir, name: string): VoterLine[] {
  const rest = change(data, "voter-removed", (voters) => {
    const removed = voters.find((voter) => samePerson(voter.name, name));
    if (!removed) throw new CommandFailure("USAGE", `${name} is not a voter`, "`muster voter list` shows the voters.");
    return { voters: voters.filter((voter) => voter !== removed), changed: removed };
  });
  return rest.map(lineOf);
}

interface Change {
  voters: RegisteredVoter[];
  changed: RegisteredVoter;
}

/** Makes one change at a time, so that a second change sees the result of the first. */
function change(data: DataDir, action: AuditEntry["action"], decide: (voters: RegisteredVoter[]) => Change): RegisteredVoter[] {
  requireThere(data);
  const { db } = openStores(data.database);
  try {
    const record = { action, actor: { keyId: "local", name: atTheKeyboard(), role: "local" } };
    const audit = new AuditLog(db);
    // The voters on this list decide about every change. Therefore each change of the list is recorded in the audit
    // before the change is made.
    const { changed } = decide(readVoters(data.voters));
    const about = { subject: `voter ${fingerprint(changed.publicKey)}`, executionId: randomUUID() };
    const intent = `a voter of the role ${changed.role}, to be ${action === "voter-added" ? "registered" : "removed"} on the control node`;
    audit.append({ ...record, ...about, action: "intent", summary: intent });
    return atomically(db, () => {
      // The list is read again within the transaction, because no other process can write during the transaction.
      const { voters } = decide(readVoters(data.voters));
      audit.append({ ...record, ...about, summary: intent.replace("to be ", ""), result: "done" });
      writeVoters(data.voters, voters);
      return voters;
    });
  } finally {
    db.close();
  }
}

function requireThere({ root, executor, database }: DataDir): void {
  for (const path of [root, executor, database]) requireOurs(path);
  if (existsSync(database)) return;
  throw new CommandFailure(
    "USAGE",
    `there is no database in ${root}`,
    "Name the daemon's data folder with --data or MUSTER_DATA. The first start of the daemon creates it.",
  );
}

const lineOf = ({ name, role, publicKey, since }: RegisteredVoter): VoterLine => ({
  name,
  role,
  publicKey,
  fingerprint: fingerprint(publicKey),
  since,
});
