/** The delay before the next retry. The delay grows with every failure up to a limit. */
export interface Backoff {
  first: number;
  most: number;
  /** The ratio of a delay to the previous delay. */
  factor?: number;
}

/** Returns the delay, in the same unit as `first`. `failures` is 1 after the first failure. */
export const backoff = ({ first, most, factor = 2 }: Backoff, failures: number): number => Math.min(first * factor ** (failures - 1), most);
