/** Whether whoever writes the database could vote for others. */

import type { Voting } from "../changes/votes/verify.ts";
import { votingOf } from "../changes/votes/voting.ts";
import type { Config } from "../config/config.ts";
import type { Check } from "../contract/admin/doctor.ts";
import type { DataDir } from "../data-dir.ts";
import { MusterError } from "../errors/errors.ts";

const NAME = "signed votes";
const REGISTER = "`muster voter keygen` on each voter's machine prints the line to run here.";

export function votersCheck(config: Config, data: DataDir): Check {
  let voting: Voting;
  try {
    voting = votingOf(config.changes, data);
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return { name: NAME, ok: false, detail: error.message, advice: error.hint };
  }
  const { voters, required } = voting;
  const count = (role: string) => voters.filter((voter) => voter.role === role).length;
  if (voters.length > 0) return { name: NAME, ok: true, detail: `operators: ${count("operator")}, admins: ${count("admin")}` };
  if (required)
    return {
      name: NAME,
      ok: false,
      detail: "changes.policy.signed_votes is required and nobody is a voter: nothing can be approved",
      advice: REGISTER,
    };
  return { name: NAME, ok: true, detail: "none: whoever can write the database can vote for others", advice: REGISTER };
}
