/** What came of a run for one node: from Ansible's own counts, never from an exit code alone. Pure. */
import { stripVTControlCharacters } from "node:util";
import type { Outcome } from "../contract/executor-protocol.ts";
import type { JobResult } from "../contract/job.ts";

export type Verdict = { status: "succeeded" | "failed" | "cancelled" | "interrupted"; result: JobResult };

export interface FailedTask {
  name: string;
  message: string;
}

export function verdict(outcome: Outcome, node: string, failed: FailedTask | undefined): Verdict {
  const recap = outcome.recap?.[node];
  const shared = { exitCode: outcome.exitCode, ...(recap && { recap }), ...(failed && { failedTask: failed }) };
  // The output of a failed task speaks of other things too ("unreachable=0"): it is only asked when no task failed.
  const evidence = failed?.message ?? outcome.error ?? "";
  const fail = (summary: string, hint = hintFor(`${summary}\n${evidence}`)): Verdict => ({
    status: "failed",
    result: { summary, ...(hint && { hint }), ...shared },
  });
  switch (outcome.ended) {
    case "cancelled":
      return { status: "cancelled", result: { summary: "cancelled here; what had begun on the node may have gone on", ...shared } };
    case "timed-out":
      return fail(
        "stopped at its deadline",
        "Look at the end of the output for what it was doing; `ansible.deadline_seconds` sets the limit.",
      );
    case "interrupted":
      return { status: "interrupted", result: { summary: "ended because Muster was stopped", ...shared } };
    case "lost":
      return { status: "interrupted", result: { summary: "its processes ended without leaving a result", ...shared } };
    case "not-started":
      return fail(
        `ansible-playbook did not start: ${lastLine(outcome.error)}`,
        "Install ansible-core on the control node; `muster doctor` checks it.",
      );
    case "exited":
      break;
  }
  if (recap === undefined) return fail(`${node} is not in the result: ${lastLine(outcome.error) || "no host matched"}`);
  if (recap.unreachable > 0) return fail(failed ? `unreachable: ${firstLine(failed.message)}` : "unreachable");
  if (recap.failures > 0)
    return fail(failed ? `task "${failed.name}" failed: ${firstLine(failed.message)}` : `${recap.failures} tasks failed`);
  if (recap.ok === 0) return fail("no task ran on this node");
  return { status: "succeeded", result: { summary: `${recap.ok} tasks, ${recap.changed} changes`, ...shared } };
}

const hints: [RegExp, string][] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed|host key is known/i,
    "The machine at this address shows another SSH host key than the one it called home with; arm and install it again if that is expected.",
  ],
  [
    /Permission denied \(publickey/i,
    "The node does not accept the executor's key; install it again, or add the key in executor/id_ed25519.pub to root's authorized_keys.",
  ],
  [
    /Connection timed out|No route to host|Connection refused|unreachable/i,
    "Is the machine on, and its address still the same? See `muster node <name>`.",
  ],
  [
    /Could not get lock|dpkg.*lock|is another process using it/i,
    "Another package manager is running there; run the job again when it has finished.",
  ],
  [/No space left on device/i, "The disk of the node is full."],
  [/is undefined|undefined variable/i, "The playbook uses a variable nobody set; look for it in the inventory and the role's defaults."],
  [/sudo: a password is required|Missing sudo password/i, "The login user may not use sudo without a password."],
  [
    /Syntax Error while loading YAML|could not find expected|did not find expected/i,
    "A playbook or role is not valid YAML; the output names file and line.",
  ],
  [
    /Could not match supplied host pattern|no hosts matched/i,
    "The node is not in the inventory's group of this playbook; see inventory.yaml.",
  ],
  [/couldn't resolve module|was not found/i, "The playbook uses something that is not installed on the control node."],
];

export const hintFor = (text: string): string | undefined => hints.find(([pattern]) => pattern.test(text))?.[1];

const firstLine = (text: string) => stripVTControlCharacters(text).trim().split("\n")[0]?.slice(0, 300) ?? "";
const lastLine = (text = "") => stripVTControlCharacters(text).trim().split("\n").at(-1)?.slice(0, 300) ?? "";
