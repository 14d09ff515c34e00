/** Reads the header of a GGUF file. The file may come from anywhere, so its header is checked before the library reads it. */
import { open, stat } from "node:fs/promises";
import { GGMLFileQuantizationType, type GGUFParseOutput, gguf } from "@huggingface/gguf";
import { ModelShape } from "../../contract/cluster/model.ts";
import { explain, MusterError } from "../../errors/errors.ts";

/** No known model has as many tensors or entries. A damaged header would make the library read for hours. */
const MOST = 100_000;
const MAGIC = "GGUF";

export async function readGguf(file: string): Promise<ModelShape> {
  await checkBeginning(file);
  try {
    const header = await gguf(file, { allowLocalFile: true });
    return shapeOf(header, (await stat(file)).size);
  } catch (error) {
    if (error instanceof MusterError) throw error;
    throw new MusterError("MODEL_INVALID", `the header of ${file} cannot be read: ${explain(error)}`);
  }
}

/** The first 24 bytes: the magic, the version, the number of tensors and the number of entries (GGUF specification, "Header"). */
async function checkBeginning(file: string): Promise<void> {
  const bytes = Buffer.alloc(24);
  const handle = await open(file, "r");
  try {
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    if (bytesRead < bytes.length || bytes.toString("latin1", 0, 4) !== MAGIC) throw invalid(`${file} is not a GGUF file`);
  } finally {
    await handle.close();
  }
  const version = bytes.readUInt32LE(4);
  if (version < 2 || version > 3) throw invalid(`${file} has version ${version} of GGUF; Muster reads the versions 2 and 3`);
  if (bytes.readBigUInt64LE(8) > MOST || bytes.readBigUInt64LE(16) > MOST)
    throw invalid(`${file} names more than ${MOST} tensors or entries`);
}

const invalid = (message: string) => new MusterError("MODEL_INVALID", message);

function shapeOf({ metadata, tensorInfos, tensorDataOffset }: GGUFParseOutput, fileBytes: number): ModelShape {
  const values = metadata as Record<string, unknown>;
  const architecture = textOf(values["general.architecture"]);
  const own = (key: string) => values[`${architecture}.${key}`];
  const layers = numberOf(own("block_count"), "block_count");
  const embedding = numberOf(own("embedding_length"), "embedding_length");
  const heads = numberOf(own("attention.head_count"), "attention.head_count");
  const keyHeads = numberOf(own("attention.head_count_kv") ?? heads, "attention.head_count_kv");
  const headLength = embedding / heads;
  const keyLength = numberOf(own("attention.key_length") ?? headLength, "attention.key_length");
  const valueLength = numberOf(own("attention.value_length") ?? headLength, "attention.value_length");
  const sizes = tensorSizes(tensorInfos, fileBytes - Number(tensorDataOffset));
  const sum = (holds: (name: string) => boolean) => sizes.reduce((total, { name, bytes }) => total + (holds(name) ? bytes : 0), 0);
  const tokens = values["tokenizer.ggml.tokens"];
  return ModelShape.parse({
    architecture,
    title: textOf(values["general.name"] ?? architecture),
    quantisation: quantisationOf(values["general.file_type"]),
    layers,
    contextTokens: numberOf(own("context_length"), "context_length"),
    bytes: fileBytes,
    layerBytes: Array.from({ length: layers }, (_, layer) => sum((name) => name.startsWith(`blk.${layer}.`))),
    inputBytes: sum((name) => name.startsWith("token_embd.")),
    outputBytes: sum((name) => !name.startsWith("token_embd.") && !name.startsWith("blk.")),
    cacheBytesPerToken: keyHeads * (keyLength + valueLength) * 2,
    vocabulary: Array.isArray(tokens) ? tokens.length : 0,
    embedding,
  });
}

/** A tensor ends where the next one begins. This is exact for every quantisation. */
function tensorSizes(infos: GGUFParseOutput["tensorInfos"], dataBytes: number): { name: string; bytes: number }[] {
  const sorted = infos.map(({ name, offset }) => ({ name, offset: Number(offset) })).sort((a, b) => a.offset - b.offset);
  return sorted.map(({ name, offset }, index) => {
    const bytes = (sorted[index + 1]?.offset ?? dataBytes) - offset;
    if (bytes < 0) throw invalid(`the tensor ${name} is not in the file: it was not copied as a whole`);
    return { name, bytes };
  });
}

/** Some models have a list with a number for each layer. The largest number is on the safe side. */
function numberOf(value: unknown, key: string): number {
  const number = Array.isArray(value) ? Math.max(...value.map(Number)) : Number(value);
  if (!Number.isFinite(number) || number <= 0) throw invalid(`its header has no ${key}, so it is not a language model that llama.cpp runs`);
  return number;
}

function textOf(value: unknown): string {
  if (typeof value !== "string" || value === "") throw invalid("its header names no architecture");
  return value.slice(0, 200);
}

const quantisationOf = (type: unknown): string => (typeof type === "number" && GGMLFileQuantizationType[type]) || "unknown";
