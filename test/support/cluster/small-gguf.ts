/** A GGUF file of a few hundred bytes with the header of a language model. `seed` makes another content of the same size. */

const STRING = 8;
const UINT32 = 4;

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

const entry = (key: string, value: string | number): Buffer =>
  Buffer.concat([
    text(key),
    typeof value === "string" ? Buffer.concat([u32(STRING), text(value)]) : Buffer.concat([u32(UINT32), u32(value)]),
  ]);

const TENSOR_BYTES = 128;

export function smallGguf(seed = 0): Buffer {
  const entries = [
    entry("general.architecture", "llama"),
    entry("general.name", "Small"),
    entry("llama.block_count", 2),
    entry("llama.embedding_length", 8),
    entry("llama.attention.head_count", 2),
    entry("llama.context_length", 2048),
  ];
  const names = ["token_embd.weight", "blk.0.attn_q.weight", "blk.1.attn_q.weight", "output.weight"];
  const tensors = names.map((name, index) => Buffer.concat([text(name), u32(1), u64(TENSOR_BYTES / 4), u32(0), u64(index * TENSOR_BYTES)]));
  const header = Buffer.concat([Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(entries.length), ...entries, ...tensors]);
  const padding = Buffer.alloc((32 - (header.length % 32)) % 32);
  return Buffer.concat([header, padding, Buffer.alloc(names.length * TENSOR_BYTES, seed)]);
}
