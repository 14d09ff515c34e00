/** What an approval is bound to besides the plan itself, and how much of a plan can be seen beforehand. Pure. */
import type { Digest, Plan } from "../../contract/changes/plan.ts";
import { digestOf } from "../tools/canonical.ts";

/** Share of steps whose preview is not `none`; 1 for a plan without steps. */
export function coverageOf({ steps }: Plan): number {
  if (steps.length === 0) return 1;
  return steps.filter(({ preview }) => preview.kind !== "none").length / steps.length;
}

export const previewHashOf = ({ steps, rollback }: Plan): Digest =>
  digestOf([...steps, ...rollback.map(({ step }) => step)].map(({ id, preview }) => ({ id, preview })));

/** The machines behind the names, with the addresses they had. */
export const targetsHashOf = ({ targets }: Plan): Digest => digestOf(targets);
