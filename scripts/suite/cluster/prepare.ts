/**
 * Fetches the parts of the group `cluster` into the cache. A download that is refused is noted, so that the tests skip
 * with that reason. A file with another hash than expected is an error.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fetchConsul } from "./consul.ts";
import { fetchLlamaCpp } from "./llama-cpp.ts";
import { fetchModel } from "./model.ts";
import { clusterCache, type PartName, proofOf, REFUSED, refusalFile } from "./parts.ts";
import { RefusedDownload } from "./refused-download.ts";

const fetchers: Record<PartName, (say: (line: string) => void) => Promise<void>> = {
  consul: fetchConsul,
  "llama.cpp": fetchLlamaCpp,
  model: fetchModel,
};

export async function prepareClusterParts(say: (line: string) => void): Promise<void> {
  mkdirSync(clusterCache, { recursive: true });
  for (const [part, fetchPart] of Object.entries(fetchers) as [PartName, (typeof fetchers)[PartName]][]) {
    rmSync(refusalFile(part), { force: true });
    if (existsSync(proofOf(part))) continue;
    try {
      await fetchPart(say);
    } catch (error) {
      if (!(error instanceof RefusedDownload)) throw error;
      say(`${REFUSED} of ${part}: ${error.message}. The tests that need it are skipped.`);
      writeFileSync(refusalFile(part), error.message);
    }
  }
}
