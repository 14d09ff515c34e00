/** Reads the suboptions in the value of an option. An incomplete suboption ends the list. */
export function* suboptions(value: Uint8Array): Generator<[code: number, value: Uint8Array]> {
  for (let at = 0; at + 1 < value.length; ) {
    const [code = 0, length = 0] = [value[at], value[at + 1]];
    const end = at + 2 + length;
    if (end > value.length) return;
    yield [code, value.subarray(at + 2, end)];
    at = end;
  }
}
