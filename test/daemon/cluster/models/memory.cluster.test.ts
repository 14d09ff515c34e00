/** The estimated memory next to that of a real llama-server, for three models. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { readGguf } from "../../../../daemon/cluster/models/gguf.ts";
import { partBytes } from "../../../../daemon/cluster/models/memory.ts";
import { clusterPart } from "../../../../scripts/suite/cluster/parts.ts";
import { freePorts } from "../../../support/cluster/free-ports.ts";
import { startProgram } from "../../../support/cluster/started-program.ts";
import { until } from "../../../support/until.ts";

const llama = clusterPart("llama.cpp");
const model = clusterPart("model");
const skip = llama.skip || model.skip;
const folder = mkdtempSync(join(tmpdir(), "muster-memory-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

test("the header of a real model", { skip }, async () => {
  const { layerBytes, ...shape } = await readGguf(model.path);
  assert.equal(layerBytes.length, 30);
  assert.deepEqual(shape, {
    architecture: "llama",
    title: "Smollm2 135M 8k Lc100K Mix1 Ep2",
    quantisation: "Q4_1",
    layers: 30,
    contextTokens: 8192,
    bytes: 98_362_432,
    inputBytes: shape.inputBytes,
    outputBytes: 2304,
    cacheBytesPerToken: 768,
    vocabulary: 49_152,
    embedding: 576,
  });
  const tensors = layerBytes.reduce((sum, bytes) => sum + bytes, shape.inputBytes + shape.outputBytes);
  assert(tensors < shape.bytes && tensors > shape.bytes * 0.97, `the tensors fill the file except its header: ${tensors}`);
});

for (const [type, context] of [
  ["Q4_1", 8192],
  ["Q8_0", 2048],
  ["F16", 512],
] as const) {
  test(`a model of type ${type} needs what is estimated at ${context} tokens, within 10 %`, { skip }, async (t) => {
    const file = type === "Q4_1" ? model.path : join(folder, `${type}.gguf`);
    if (file !== model.path)
      execFileSync(join(dirname(llama.path), "llama-quantize"), ["--allow-requantize", model.path, file, type, "2"], { stdio: "pipe" });
    const [port = 0] = await freePorts(1);
    const args = ["-m", file, "--host", "127.0.0.1", "--port", String(port), "-c", String(context), "-np", "1", "-t", "2"];
    const server = startProgram(llama.path, args);
    t.after(() => server.stop());
    await until("llama-server is healthy", async () => {
      server.checkRunning();
      return (await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined))?.ok === true;
    });
    const body = JSON.stringify({ messages: [{ role: "user", content: "Hi" }], max_tokens: 2 });
    await (await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: "POST", body })).text();
    const resident = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) * 1024;
    const shape = await readGguf(file);
    const estimated = partBytes(shape, context, { from: 0, layers: shape.layers, isHead: true, hasOutput: true });
    const ratio = estimated / resident;
    t.diagnostic(`${type} at ${context}: estimated ${Math.round(estimated / 1e6)} MB, measured ${Math.round(resident / 1e6)} MB`);
    assert(ratio > 0.9 && ratio < 1.1, `estimated ${estimated}, measured ${resident}`);
  });
}
