/** Decides which of the requested TFTP options to accept (RFC 2348, 2349, 7440). Pure. */

export interface TransferTerms {
  blockSize: number;
  windowSize: number;
  /** The timeout in milliseconds that the client requested, or undefined if it requested no timeout. */
  timeoutMs: number | undefined;
  /** The block number that follows block 65535. */
  rollover: 0 | 1;
  /**
   * The options and values that the OACK contains. The map is empty if the client requested no known option. If the
   * map is empty, the server sends no OACK and begins immediately with the data.
   */
  agreed: ReadonlyMap<string, string>;
}

/** The known limits of a machine's firmware. */
export interface ClientQuirks {
  maxBlockSize?: number;
  /** If true, the server answers as if it supported no options. */
  ignoreOptions?: boolean;
  /** The block number after 65535. Most clients expect 0, but some old loaders expect 1. */
  rollover?: 0 | 1;
}

/**
 * The largest block has 1468 bytes: Ethernet's 1500 minus the IP, UDP and TFTP headers. Many ROMs cannot reassemble
 * IP fragments.
 */
const MAX_BLOCK = 1468;
/** A larger window does not increase the speed, and it overruns small receive buffers. */
const MAX_WINDOW = 64;

/** EDK2 drops an answer that contains a larger value than requested, or an option that was not requested. */
export function agree(asked: ReadonlyMap<string, string>, size: number | undefined, quirks: ClientQuirks = {}): TransferTerms {
  const terms: TransferTerms = { blockSize: 512, windowSize: 1, timeoutMs: undefined, rollover: quirks.rollover ?? 0, agreed: new Map() };
  if (quirks.ignoreOptions) return terms;
  const agreed = new Map<string, string>();
  for (const [name, value] of asked) {
    const number = /^\d{1,10}$/.test(value) ? Number(value) : -1;
    switch (name) {
      case "blksize":
        if (number < 8 || number > 65_464) continue;
        terms.blockSize = Math.min(number, quirks.maxBlockSize ?? MAX_BLOCK);
        agreed.set(name, String(terms.blockSize));
        break;
      case "windowsize":
        if (number < 1 || number > 65_535) continue;
        terms.windowSize = Math.min(number, MAX_WINDOW);
        agreed.set(name, String(terms.windowSize));
        break;
      case "timeout":
        if (number < 1 || number > 255) continue;
        terms.timeoutMs = number * 1000;
        agreed.set(name, String(number));
        break;
      case "tsize":
        if (number >= 0 && size !== undefined) agreed.set(name, String(size));
    }
  }
  return { ...terms, agreed };
}
