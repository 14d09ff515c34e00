/** How much has to be approved whatever the rules allow. It can only ask for more than they do. */
import { MusterError } from "../../errors/errors.ts";

/** `policy`: what the rules say. `changes`: also every write and delete. `everything`: also every read. */
export const approvalModes = ["policy", "changes", "everything"] as const;
export type ApprovalMode = (typeof approvalModes)[number];

const yes = ["true", "yes", "on", "1"];
const no = ["", "false", "no", "off", "0"];

/** `MUSTER_APPROVAL_MODE` and `APPROVAL_MODE`, which older installations set to true or false. A word nobody knows stops the start. */
export function parseApprovalMode(text: string, from: string): ApprovalMode {
  const word = text.trim().toLowerCase();
  if (yes.includes(word)) return "changes";
  if (no.includes(word)) return "policy";
  const mode = approvalModes.find((known) => known === word);
  if (!mode) throw new MusterError("CONFIG_INVALID", `${from}: ${text} is none of ${approvalModes.join(", ")}, true and false`);
  return mode;
}
