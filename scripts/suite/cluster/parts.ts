/** The programs and the model of the group `cluster`: where they are, and why they are missing if a download was refused. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const clusterCache = join(import.meta.dirname, "../../../.cache/cluster");

/** The file that proves that a part is complete, by the name of the part. */
const proofs = {
  consul: "consul/consul",
  "llama.cpp": "llama.cpp/bin/llama-server",
  model: "model/smollm2.gguf",
} as const;
export type PartName = keyof typeof proofs;

export const proofOf = (part: PartName): string => join(clusterCache, proofs[part]);

export const refusalFile = (part: PartName): string => join(clusterCache, `${part}.refused`);

/** Tests with this beginning of their reason to skip do not fail a run in CI. */
export const REFUSED = "refused download";

/** The path of a part, and the reason to skip the tests that need it. `skip` is false if the part is there. */
export function clusterPart(part: PartName): { path: string; skip: string | false } {
  const path = proofOf(part);
  if (existsSync(path)) return { path, skip: false };
  const file = refusalFile(part);
  if (existsSync(file)) return { path, skip: `${REFUSED} of ${part}: ${readFileSync(file, "utf8").trim()}` };
  return { path, skip: `${part} is missing: run \`npm test cluster\` once` };
}
