/**
 * Fetches the parts of the group `cluster` into the cache. A download that is refused is noted, so that the tests skip
 * with that reason. A file with another hash than expected is an error.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchConsul } from "./consul.ts";
import { fetchLlamaCpp } from "./llama-cpp.ts";
import { fetchModel } from "./model.ts";
import { clusterCache, type PartName, proofOf, REFUSED, refusalFile } from "./parts.ts";
import { RefusedDownload } from "./refused-download.ts";

interface Fetcher {
  part: PartName;
  /** A part is fetched again when this file changed, because it may then have more files. */
  source: string;
  run(say: (line: string) => void): Promise<void>;
}

const fetchers: Fetcher[] = [
  { part: "consul", source: "consul.ts", run: fetchConsul },
  { part: "llama.cpp", source: "llama-cpp.ts", run: fetchLlamaCpp },
  { part: "model", source: "model.ts", run: fetchModel },
];

export async function prepareClusterParts(say: (line: string) => void): Promise<void> {
  mkdirSync(clusterCache, { recursive: true });
  for (const { part, source, run } of fetchers) {
    rmSync(refusalFile(part), { force: true });
    const made = join(clusterCache, `${part}.made`);
    const hash = createHash("sha256")
      .update(readFileSync(join(import.meta.dirname, source)))
      .digest("hex");
    if (existsSync(proofOf(part)) && existsSync(made) && readFileSync(made, "utf8") === hash) continue;
    try {
      rmSync(proofOf(part), { force: true });
      await run(say);
      writeFileSync(made, hash);
    } catch (error) {
      if (!(error instanceof RefusedDownload)) throw error;
      say(`${REFUSED} of ${part}: ${error.message}. The tests that need it are skipped.`);
      writeFileSync(refusalFile(part), error.message);
    }
  }
}
