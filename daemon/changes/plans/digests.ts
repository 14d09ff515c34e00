/**
 * Computes the hashes that an approval needs in addition to the plan hash. Also computes the share of steps with a
 * preview. The functions of this file are pure.
 */
import type { Digest, Plan } from "../../contract/changes/plan.ts";
import { digestOf } from "../tools/canonical.ts";

/** Returns the share of steps whose preview is not `none`, from 0 to 1. The result is 1 for a plan without steps. */
export function coverageOf({ steps }: Plan): number {
  if (steps.length === 0) return 1;
  return steps.filter(({ preview }) => preview.kind !== "none").length / steps.length;
}

export const previewHashOf = ({ steps, rollback }: Plan): Digest =>
  digestOf([...steps, ...rollback.map(({ step }) => step)].map(({ id, preview }) => ({ id, preview })));

/** Returns the digest of the targets, which includes each machine's address at planning time. */
export const targetsHashOf = ({ targets }: Plan): Digest => digestOf(targets);
