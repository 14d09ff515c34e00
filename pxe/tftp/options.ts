/** What we agree to of the options a client asks for (RFC 2348, 2349, 7440). Pure. */

export interface Terms {
  blockSize: number;
  windowSize: number;
  timeoutMs: number;
  /** What the OACK confirms; empty when the client asked for nothing we know, and then the data comes at once. */
  agreed: ReadonlyMap<string, string>;
}

/** Ethernet's 1500 less IP, UDP and TFTP headers: fragments are what many ROMs cannot put together. */
const MAX_BLOCK = 1468;
const MAX_WINDOW = 64;

export function agree(asked: ReadonlyMap<string, string>, size: number): Terms {
  const agreed = new Map<string, string>();
  const terms = { blockSize: 512, windowSize: 1, timeoutMs: 1000 };
  for (const [name, value] of asked) {
    const number = /^\d{1,10}$/.test(value) ? Number(value) : -1;
    if (name === "blksize" && number >= 8) terms.blockSize = Math.min(number, MAX_BLOCK);
    else if (name === "windowsize" && number >= 1 && number <= 65_535) terms.windowSize = Math.min(number, MAX_WINDOW);
    else if (name === "timeout" && number >= 1 && number <= 255) terms.timeoutMs = number * 1000;
    else if (name !== "tsize" || number < 0) continue;
    agreed.set(
      name,
      { blksize: String(terms.blockSize), windowsize: String(terms.windowSize), timeout: value, tsize: String(size) }[name] ?? value,
    );
  }
  return { ...terms, agreed };
}
