/** The delay before the next try: it grows with every failure, up to a limit. */
export interface Backoff {
  first: number;
  most: number;
  /** The ratio of each delay to the one before. */
  factor?: number;
}

/** In the unit of `first`. `failures` counts from 1. */
export const backoff = ({ first, most, factor = 2 }: Backoff, failures: number): number => Math.min(first * factor ** (failures - 1), most);
