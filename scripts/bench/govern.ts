/**
 * Measures a change that needs no approval. The parts are the policy decision, the stored records, and the queueing
 * of the proposal. Each part of the measurement returns its own figures.
 * Usage: govern.ts [--quick] [--only PART]. The last line of the output is JSON.
 */
import { parseArgs } from "node:util";
import { measureAudit } from "./govern/audit.ts";
import { measurePolicy } from "./govern/policy.ts";
import { measureProposals } from "./govern/proposals.ts";

export type Figures = Record<string, number>;
type Part = (options: { quick: boolean }) => Figures | Promise<Figures>;

const parts: Record<string, Part> = { audit: measureAudit, policy: measurePolicy, proposals: measureProposals };

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false }, only: { type: "string" } } });
if (values.only !== undefined && !Object.hasOwn(parts, values.only)) {
  console.error(`--only: no part is called ${values.only}; parts are ${Object.keys(parts).join(", ")}`);
  process.exit(2);
}
const figures: Figures = {};
for (const [name, measure] of Object.entries(parts)) {
  if (values.only === undefined || values.only === name) Object.assign(figures, await measure({ quick: values.quick }));
}
console.log(JSON.stringify({ bench: "govern", ...figures }));
