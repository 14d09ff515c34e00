/**
 * Gives a row that moves past other rows a new key, so that React replaces this row alone. With equal keys, React would
 * move all rows that the row has passed, and the browser would lay out each of these rows again. Pure.
 */

/** The keys of the rows by id, in the order of the rows. */
export type RowKeys = ReadonlyMap<string, string>;

/** Keeps the keys of a largest set of rows that stay in the same order. */
export function nextKeys(shown: RowKeys, ids: readonly string[]): RowKeys {
  const places = new Map([...shown.keys()].map((id, place) => [id, place]));
  const stay = longestRise(ids.map((id) => places.get(id)));
  return new Map(ids.map((id, index) => [id, keyOf(id, shown.get(id), stay.has(index))]));
}

function keyOf(id: string, was: string | undefined, stays: boolean): string {
  if (was === undefined) return `0 ${id}`;
  return stays ? was : `${Number.parseInt(was, 10) + 1} ${id}`;
}

/** Returns the indexes of a longest rising subsequence, in O(n log n). Entries without a value are not part of it. */
function longestRise(values: readonly (number | undefined)[]): ReadonlySet<number> {
  const previous: number[] = [];
  // The entry at length - 1 is the index of the smallest value that ends a rising subsequence of that length.
  const ends: number[] = [];
  for (const [index, value] of values.entries()) {
    if (value === undefined) continue;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[ends[middle] ?? -1] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    previous[index] = ends[low - 1] ?? -1;
    ends[low] = index;
  }
  const rise = new Set<number>();
  for (let index = ends.at(-1) ?? -1; index !== -1; index = previous[index] ?? -1) rise.add(index);
  return rise;
}
