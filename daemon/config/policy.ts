/** Who is asked before something is done: the rules and how much they may leave undecided. */
import * as z from "zod";
import { approvalModes } from "../changes/policy/approval-mode.ts";

const seconds = (from: number, to: number) => z.int().min(from).max(to);

export const PolicySection = z.strictObject({
  rules_directory: z.string().min(1).max(4096).optional().describe("Folder of the site's own .cedar files, asked beside Muster's."),
  approval_mode: z
    .enum(approvalModes)
    .default("policy")
    .describe("What people have to approve: policy (what the rules say), changes (also every change), everything."),
  signed_votes: z
    .enum(["once-registered", "required"])
    .default("once-registered")
    .describe("When a yes counts only with a registered voter's signature: once there is a voter, or required, even with none."),
  decide_seconds: seconds(30, 604_800).default(3600).describe("How long people may take to approve something."),
  execute_seconds: seconds(30, 86_400).default(900).describe("How long after the last vote it may be begun."),
});
