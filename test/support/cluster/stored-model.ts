/** A stored model with ten equal layers, without a file. */
import type { StoredModel } from "../../../daemon/contract/cluster/stored-model.ts";

const MB = 1_000_000;

export const storedModel = (name: string, layerMb = 100): Extract<StoredModel, { state: "stored" }> => ({
  ...{ state: "stored", path: `/assets/models/${name}.gguf`, name, sha256: "0".repeat(64), addedAt: "2026-01-01T00:00:00.000Z" },
  shape: {
    ...{ architecture: "llama", title: name, quantisation: "Q4_K_M", layers: 10, contextTokens: 8192, bytes: 12 * layerMb * MB },
    ...{ layerBytes: Array(10).fill(layerMb * MB), inputBytes: layerMb * MB, outputBytes: layerMb * MB },
    ...{ cacheBytesPerToken: 4096, vocabulary: 32_000, embedding: 1024 },
  },
});
