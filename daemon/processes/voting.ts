/** Whose votes count: the voters of the executor's file, and whether the configuration asks for signatures without any. */

import type { Voting } from "../changes/votes/verify.ts";
import { readVoters } from "../changes/votes/voters-file.ts";
import type { Config } from "../config/config.ts";
import type { DataDir } from "../data-dir.ts";

export const votingOf = ({ policy }: Pick<Config, "policy">, { voters }: Pick<DataDir, "voters">): Voting => ({
  required: policy.signed_votes === "required",
  voters: readVoters(voters),
});
