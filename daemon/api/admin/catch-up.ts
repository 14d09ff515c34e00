/**
 * Reads stored records in slices, from the last position to the newest record. The first scrape after a start reads everything,
 * and control answers other requests between two slices.
 */

/** Counts the records that are new since the last scrape. The route `/metrics` awaits this function before it answers. */
export type CatchUp = () => Promise<void>;

/** `next` reads one slice, and returns true if there are more records. */
export function catchUp(next: () => boolean): CatchUp {
  let turn: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    while (next()) await new Promise((resolve) => setImmediate(resolve));
  };
  return () => {
    turn ??= look().finally(() => {
      turn = undefined;
    });
    return turn;
  };
}
