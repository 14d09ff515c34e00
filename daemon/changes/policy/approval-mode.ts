/**
 * Defines the setting that requires approvals in addition to the policy rules. The setting can add approvals to those
 * that the rules require, but cannot remove any.
 */
import { MusterError } from "../../errors/errors.ts";

/**
 * `policy`: the rules decide. `changes`: every write and delete also needs approval. `everything`: every read also
 * needs approval.
 */
export const approvalModes = ["policy", "changes", "everything"] as const;
export type ApprovalMode = (typeof approvalModes)[number];

const yes = ["true", "yes", "on", "1"];
const no = ["", "false", "no", "off", "0"];

/**
 * Parses `MUSTER_APPROVAL_MODE` and `APPROVAL_MODE`. Older installations set `APPROVAL_MODE` to true or false. An
 * unknown value throws CONFIG_INVALID, so the process does not start.
 */
export function parseApprovalMode(text: string, from: string): ApprovalMode {
  const word = text.trim().toLowerCase();
  if (yes.includes(word)) return "changes";
  if (no.includes(word)) return "policy";
  const mode = approvalModes.find((known) => known === word);
  if (!mode) throw new MusterError("CONFIG_INVALID", `${from}: ${text} is none of ${approvalModes.join(", ")}, true and false`);
  return mode;
}

/**
 * Manual actions on nodes that are explicitly in `prod`. `policy`: the same rules as for plans. `allow`: the same freedom as on
 * nodes without a group.
 */
export const prodByHandModes = ["policy", "allow"] as const;
export type ProdByHand = (typeof prodByHandModes)[number];
