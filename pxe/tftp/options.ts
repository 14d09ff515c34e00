/** What we agree to of the options a client asks for (RFC 2348, 2349, 7440). Pure. */

export interface TransferTerms {
  blockSize: number;
  windowSize: number;
  /** Only when the client asked for one: then it is exactly this. */
  timeoutMs: number | undefined;
  /** What follows block 65535. */
  rollover: 0 | 1;
  /** What the OACK confirms; empty when the client asked for nothing we know, and then the data comes at once. */
  agreed: ReadonlyMap<string, string>;
}

/** What a machine's firmware is known not to bear. */
export interface ClientQuirks {
  maxBlockSize?: number;
  /** Answers as if options had never been invented. */
  ignoreOptions?: boolean;
  /** After block 65535 most expect 0; some old loaders expect 1. */
  rollover?: 0 | 1;
}

/** Ethernet's 1500 less IP, UDP and TFTP headers: fragments are what many ROMs cannot put together. */
const MAX_BLOCK = 1468;
/** Beyond this a window gains nothing and overruns small receive buffers. */
const MAX_WINDOW = 64;

/** EDK2 drops an answer that is larger than asked, or that confirms what it did not ask. */
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
