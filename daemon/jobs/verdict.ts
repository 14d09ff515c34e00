/**
 * Decides the result of a run for one node from Ansible's own counts. The exit code alone never decides. All functions in
 * this file are pure.
 */

import type { JobResult } from "../contract/jobs/job.ts";
import type { RunOutcome } from "../contract/jobs/run-messages.ts";
import { plainText } from "../log/plain-text.ts";
import { hintFor } from "./hints.ts";

export type JobVerdict = { status: "succeeded" | "failed" | "timed-out" | "cancelled" | "interrupted"; result: JobResult };

export interface FailedTask {
  name: string;
  message: string;
}

export function verdict(outcome: RunOutcome, node: string, failed: FailedTask | undefined): JobVerdict {
  const recap = outcome.recap?.[node];
  const shared = { exitCode: outcome.exitCode, ...(recap && { recap }), ...(failed && { failedTask: failed }) };
  // Searches the whole output only if no task failed, because the output also contains misleading words such as
  // "unreachable=0".
  const evidence = failed?.message ?? outcome.error ?? "";
  const fail = (cause: NonNullable<JobResult["cause"]>, summary: string, hint = hintFor(`${summary}\n${evidence}`)?.hint): JobVerdict => ({
    status: cause === "deadline" ? "timed-out" : "failed",
    result: { summary, cause, ...(hint && { hint }), ...shared },
  });
  const cancelled = (summary: string): JobVerdict => ({ status: "cancelled", result: { summary, ...shared } });
  if (outcome.ended === "exited" && outcome.cancelledNodes?.includes(node))
    return cancelled(
      recap && recap.ok + recap.failures + recap.unreachable > 0
        ? "cancelled between its tasks, or in one of them; what had begun on the node may have continued"
        : "cancelled before its first task",
    );
  switch (outcome.ended) {
    case "cancelled":
      return cancelled("cancelled here; what had begun on the node may have continued");
    case "timed-out":
      return fail(
        "deadline",
        "stopped at its deadline; what had begun on the node may have continued",
        "The end of the output shows what it was doing. `jobs.ansible.deadline_seconds` sets the limit.",
      );
    case "interrupted":
      return { status: "interrupted", result: { summary: "ended because Muster was stopped", cause: "interrupted", ...shared } };
    case "lost":
      return {
        status: "interrupted",
        result: {
          summary:
            outcome.exitCode === null ? "its processes ended without leaving a result" : `it was killed (exit code ${outcome.exitCode})`,
          cause: "interrupted",
          ...shared,
        },
      };
    case "not-started":
      return fail(
        "not-started",
        `ansible-playbook did not start: ${lastLine(outcome.error)}`,
        outcome.error?.includes("secret")
          ? "Write the secret for the executor, then run the playbook again."
          : "Install ansible-core on the control node. `muster doctor` checks it.",
      );
    case "exited":
      break;
  }
  // If the memory is full, the kernel kills one process of Ansible, and Ansible stops the whole run.
  if (recap === undefined && outcome.error?.includes("A worker was found in a dead state"))
    return { status: "interrupted", result: { summary: "one of Ansible's processes was killed", cause: "interrupted", ...shared } };
  // Even a run on no host reports its counts.
  if (outcome.recap === undefined && outcome.exitCode === 0)
    return fail(
      "playbook",
      `Ansible ended without a report to Muster, so what it did on ${node} is not known`,
      "Read the whole output. Compare the Ansible folder, and above all its ansible.cfg, with Muster's own folder.",
    );
  if (recap === undefined) {
    const complaint = complaintOf(outcome.error);
    const noHost = outcome.exitCode === 0 || hintFor(evidence)?.trouble === "no-host";
    return noHost
      ? fail("no-host", `the playbook ran on no host: ${node} matched none of its plays`, hintFor("no hosts matched")?.hint)
      : fail("playbook", `the playbook did not reach ${node}: ${complaint || `exit code ${outcome.exitCode}`}`);
  }
  // A failed task decides the result even if the node became unreachable later, because the task would fail again.
  if (recap.failures > 0)
    return fail("task", failed ? `task "${failed.name}" failed: ${reasonLine(failed.message)}` : `${recap.failures} tasks failed`);
  if (recap.unreachable > 0) return fail("unreachable", failed ? `unreachable: ${reasonLine(failed.message)}` : "unreachable");
  if (recap.ok === 0) return fail("no-host", "no task ran on this node", hintFor("no hosts matched")?.hint);
  return { status: "succeeded", result: { summary: `${recap.ok} tasks, ${recap.changed} changes`, exitCode: outcome.exitCode, recap } };
}

/**
 * Returns true if the node could not be reached, because the same run may succeed later. A refused login or a failed task
 * would fail again.
 */
export const isWorthAnotherTry = ({ status, result }: JobVerdict): boolean =>
  status === "failed" && result.cause === "unreachable" && hintFor(result.failedTask?.message ?? "unreachable")?.trouble === "unreachable";

const lines = (text: string) =>
  plainText(text)
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
const lastLine = (text = "") => lines(text).at(-1)?.slice(0, 300) ?? "";

/** Ansible begins many different messages with these words, so the words do not explain a failure. */
const EMPTY_WORDS = /^(?:MODULE FAILURE|See stdout\/stderr|non-zero return code|The module failed to execute)/i;
const PREAMBLE = /^.*?(?:can be reached over ssh|connect to the host via ssh): |^@\s+|\s+@$/gi;

/**
 * Returns the line of a message that states the reason. This is the first line that matches the hint, or else the
 * first line with content.
 */
function reasonLine(message: string): string {
  const said = lines(message);
  const trouble = hintFor(message)?.trouble;
  const line =
    said.find((each) => hintFor(each)?.trouble === trouble && trouble !== undefined) ?? said.find((each) => !EMPTY_WORDS.test(each));
  return (line ?? said[0] ?? "").replace(PREAMBLE, "").slice(0, 300);
}

/** Returns the sentence of an error message without the excerpt of a file that Ansible appends to the message. */
function complaintOf(output = ""): string {
  const said = lines(output);
  const [syntax, error] = [/^Syntax Error/, /^(?:ERROR!|\[ERROR\])/].map((pattern) => said.findIndex((line) => pattern.test(line)));
  const at = syntax === -1 ? error : syntax;
  if (at === undefined || at === -1) return lastLine(output);
  const complaint = at === syntax ? `${said[at]} ${said[at + 1] ?? ""}` : (said[at] ?? "").replace(/^(?:ERROR!|\[ERROR\]:?)\s*/, "");
  const place = said.slice(at).find((line) => line.startsWith("The error appears to be in"));
  return [
    complaint,
    place
      ?.match(/'([^']*)': line (\d+)/)
      ?.slice(1)
      .join(" line "),
  ]
    .filter(Boolean)
    .join(", ")
    .slice(0, 300);
}
