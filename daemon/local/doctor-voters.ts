/** Checks whether a process that can write to the database could forge votes. */
import { votingOf } from "../changes/votes/voting.ts";
import type { Config } from "../config/config.ts";
import type { Check } from "../contract/admin/doctor.ts";
import type { DataDir } from "../data-dir.ts";

const NAME = "signed votes";
const REGISTER = "`muster voter keygen` on each voter's machine prints the command to run here.";

export function votersCheck(config: Config, data: DataDir): Check {
  const { voters, required } = votingOf(config.changes, data);
  const count = (role: string) => voters.filter((voter) => voter.role === role).length;
  if (voters.length > 0) return { name: NAME, ok: true, detail: `operators: ${count("operator")}, admins: ${count("admin")}` };
  if (required)
    return {
      name: NAME,
      ok: false,
      detail: "changes.policy.signed_votes is required, and there are no voters: no plan can be approved",
      advice: REGISTER,
    };
  return { name: NAME, ok: true, detail: "none: a process that can write to the database can forge votes", advice: REGISTER };
}
