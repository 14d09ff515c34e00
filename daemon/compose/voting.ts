/** Whose votes count: the voters of the executor's file, and whether the configuration asks for signatures without any. */
import type { Config } from "../config.ts";
import type { DataDir } from "../data-dir.ts";
import type { Voting } from "../votes/verify.ts";
import { readVoters } from "../votes/voters-file.ts";

export const votingOf = ({ policy }: Pick<Config, "policy">, { voters }: Pick<DataDir, "voters">): Voting => ({
  required: policy.signed_votes === "required",
  voters: readVoters(voters),
});
