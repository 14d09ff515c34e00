/**
 * Reads and writes the executor's own list of voters. Admins edit the file on the control node, and no API request can
 * change it.
 */
import { chownSync, existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { KeyName } from "../../contract/admin/key.ts";
import { VoterKey } from "../../contract/changes/approval.ts";
import { spelled } from "../../contract/changes/person.ts";
import { Instant } from "../../contract/names.ts";
import { explain, MusterError } from "../../errors/errors.ts";
import type { Voter } from "./verify.ts";

const Voters = z.strictObject({
  voters: z.array(z.strictObject({ name: KeyName, role: z.enum(["operator", "admin"]), public_key: VoterKey, since: Instant })),
});

export interface RegisteredVoter extends Voter {
  since: string;
}

/** The write permission bits of the file's group and of all other users. */
const OTHERS_WRITE = 0o022;

/** The group of a folder with this bit may open the entries of the folder. */
const GROUP_ENTERS = 0o010;

/**
 * Returns an empty list if there is no file. Throws if any part of the file cannot be read, because an incomplete list
 * is not safe to use.
 */
export function readVoters(file: string): RegisteredVoter[] {
  if (!existsSync(file)) return [];
  if ((statSync(file).mode & OTHERS_WRITE) !== 0) throw invalid(file, `others may write it: chmod 600 ${file}`);
  const voters = parsed(file).map(({ public_key: publicKey, ...voter }) => ({ ...voter, publicKey }));
  for (const [index, { name, publicKey }] of voters.entries()) {
    const earlier = voters.slice(0, index);
    if (earlier.some((other) => spelled(other.name) === spelled(name))) throw invalid(file, `${name} is in it twice`);
    const same = earlier.find((other) => other.publicKey === publicKey);
    if (same) throw invalid(file, `${same.name} and ${name} have the same key: that is one person`);
  }
  return voters;
}

/**
 * Gives the file the owner and the group of its folder, even if root writes it. Control reads the list, and is in the group of
 * the folder if the processes have users of their own.
 */
export function writeVoters(file: string, voters: readonly RegisteredVoter[]): void {
  const { uid, gid, mode } = statSync(dirname(file));
  const isShared = (mode & GROUP_ENTERS) !== 0;
  const list = voters.map(({ name, role, publicKey, since }) => ({ name, role, public_key: publicKey, since }));
  const head = "# The voters whose signed votes count. Written by `muster voter add` and `muster voter remove`.\n";
  writeFileAtomic.sync(file, head + stringify({ voters: list }), { mode: isShared ? 0o640 : 0o600 });
  chownSync(file, uid, gid);
}

function parsed(file: string): z.output<typeof Voters>["voters"] {
  try {
    return Voters.parse(parse(readFileSync(file, "utf8"))).voters;
  } catch (cause) {
    throw invalid(file, cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll("\n", " ") : explain(cause));
  }
}

const invalid = (file: string, why: string) => new MusterError("VOTERS_INVALID", `${file}: ${why}`);
