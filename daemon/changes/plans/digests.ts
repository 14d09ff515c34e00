/**
 * The hashes that an approval is bound to besides the plan's own, and the share of a plan that can be previewed.
 * Pure.
 */
import type { Digest, Plan } from "../../contract/changes/plan.ts";
import { digestOf } from "../tools/canonical.ts";

/** Share of steps with a preview other than `none`, from 0 to 1. It is 1 for a plan without steps. */
export function coverageOf({ steps }: Plan): number {
  if (steps.length === 0) return 1;
  return steps.filter(({ preview }) => preview.kind !== "none").length / steps.length;
}

export const previewHashOf = ({ steps, rollback }: Plan): Digest =>
  digestOf([...steps, ...rollback.map(({ step }) => step)].map(({ id, preview }) => ({ id, preview })));

/** Digest of the targets: machines with the addresses they had at planning. */
export const targetsHashOf = ({ targets }: Plan): Digest => digestOf(targets);
