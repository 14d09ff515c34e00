/** The schema of the `changes` section, which configures the site's tools and runbooks, and the policy for plans. */
import * as z from "zod";
import { approvalModes, prodByHandModes } from "../changes/policy/approval-mode.ts";

const Folder = z.string().min(1).max(4096).optional();

const Tools = z.strictObject({
  forms_directory: Folder.describe("Folder of the site's own forms of tools, in addition to Muster's."),
  runbooks_directory: Folder.describe("Folder of the site's own runbooks, in addition to Muster's."),
  playbook_seconds: z.int().min(10).max(86_400).default(900).describe("Seconds after which a step of the tool playbook_run is stopped."),
  executions_at_once: z.int().min(1).max(32).default(3).describe("Number of executions at the same time; one node has at most one."),
});

const seconds = (from: number, to: number) => z.int().min(from).max(to);

const Policy = z.strictObject({
  rules_directory: Folder.describe("Folder of the site's own .cedar files, in addition to Muster's."),
  approval_mode: z
    .enum(approvalModes)
    .default("policy")
    .describe("Plans that need approval: policy (as the rules decide), changes (also every change), everything."),
  prod_by_hand: z
    .enum(prodByHandModes)
    .default("policy")
    .describe("Manual actions on nodes of the group prod: policy (as plans), allow (as on nodes without a group)."),
  signed_votes: z
    .enum(["once-registered", "required"])
    .default("once-registered")
    .describe("When an approval needs a voter's signature: as soon as a voter is registered, or required even without voters."),
  decide_seconds: seconds(30, 604_800).default(3600).describe("Seconds that people have to decide about a plan."),
  execute_seconds: seconds(30, 86_400).default(900).describe("Seconds after the last vote in which the plan may start."),
});

export const ChangesSection = z.strictObject({
  tools: Tools.prefault({}).describe("Tools and runbooks for nodes."),
  policy: Policy.prefault({}).describe("Plans that run without approval, and the people who approve the others."),
});

/** The time limits of Muster's tools that the configuration sets, in seconds. Control and the executor must use the same. */
export const toolTimeouts = ({ changes: { tools } }: { changes: z.output<typeof ChangesSection> }): Record<string, number> => ({
  playbook_run: tools.playbook_seconds,
});
