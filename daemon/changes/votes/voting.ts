/** Returns the voters of the executor's file, and whether the configuration requires signatures even without voters. */
import type { Voting } from "./verify.ts";
import { readVoters } from "./voters-file.ts";

export const votingOf = (
  { policy }: { policy: { signed_votes: "once-registered" | "required" } },
  { voters }: { voters: string },
): Voting => ({
  required: policy.signed_votes === "required",
  voters: readVoters(voters),
});
