/** Creates damaged packets from valid packets. The same seed produces the same packets. */

/** A random number generator (mulberry32) that repeats its numbers for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const OPTIONS_AT = 240;
/** Boundary values for lengths, counts and option codes. */
const edges = [0, 1, 4, 6, 16, 52, 53, 54, 57, 61, 82, 93, 127, 128, 254, 255];

export function mutate(packet: Uint8Array, next: () => number): Buffer {
  const below = (limit: number) => Math.floor(next() * limit);
  let bytes = Buffer.from(packet);
  for (let step = below(4) + 1; step > 0; step--) {
    const at = next() < 0.7 ? Math.min(OPTIONS_AT + below(Math.max(1, bytes.length - OPTIONS_AT)), bytes.length - 1) : below(bytes.length);
    switch (below(7)) {
      case 0:
        bytes[at] = below(256);
        break;
      case 1:
        bytes[at] = edges[below(edges.length)] ?? 0;
        break;
      case 2:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
        break;
      case 3:
        bytes = bytes.subarray(0, Math.max(1, at));
        break;
      case 4:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(Array.from({ length: below(40) }, () => below(256))),
          bytes.subarray(at),
        ]);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + below(20)))]);
        break;
      default:
        bytes = Buffer.concat([bytes, bytes.subarray(at)]).subarray(0, 4_000);
    }
    if (bytes.length === 0) return Buffer.of(0);
  }
  return bytes;
}
