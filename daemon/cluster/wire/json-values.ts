/** Splits a stream into JSON values that follow each other, with or without line breaks between them. */
import { type ClusterService, Unreadable } from "../../errors/cluster-failures.ts";

const MOST_VALUE_BYTES = 16 * 1024 * 1024;

const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST, QUOTE, BACKSLASH] = [...'{}[]"\\'].map((sign) => sign.charCodeAt(0));
const BLANK = [..." \t\r\n"].map((sign) => sign.charCodeAt(0));

/** Each value is an object or a list. Other text between the values is an error: Nomad ends a broken stream with plain text. */
export async function* jsonValues(
  service: ClusterService,
  parts: AsyncIterable<Uint8Array>,
  mostBytes = MOST_VALUE_BYTES,
): AsyncGenerator<unknown> {
  const splitter = new Splitter(service, mostBytes);
  for await (const part of parts) yield* splitter.take(part);
  splitter.end();
}

class Splitter {
  readonly #service: ClusterService;
  readonly #mostBytes: number;
  #held: Uint8Array[] = [];
  #size = 0;
  #depth = 0;
  #quoted = false;
  #escaped = false;

  constructor(service: ClusterService, mostBytes: number) {
    this.#service = service;
    this.#mostBytes = mostBytes;
  }

  *take(part: Uint8Array): Generator<unknown> {
    let start = 0;
    for (let at = 0; at < part.length; at++) {
      const before = this.#depth;
      this.#step(part[at] ?? 0);
      if (before === 0 && this.#depth === 0) {
        if (!BLANK.includes(part[at] ?? 0)) throw this.#plainText(part.subarray(at));
        start = at + 1;
      } else if (this.#depth === 0) {
        yield this.#value(part.subarray(start, at + 1));
        start = at + 1;
      }
    }
    if (this.#depth > 0) this.#hold(part.subarray(start));
  }

  end(): void {
    if (this.#depth > 0) throw new Unreadable(this.#service, "its stream ended in the middle of a value");
  }

  #step(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (this.#quoted) {
      if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#quoted = false;
    } else if (byte === QUOTE && this.#depth > 0) this.#quoted = true;
    else if (byte === OPEN || byte === OPEN_LIST) this.#depth += 1;
    else if ((byte === CLOSE || byte === CLOSE_LIST) && this.#depth > 0) this.#depth -= 1;
  }

  #hold(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#size > this.#mostBytes) throw new Unreadable(this.#service, `a value of its stream is longer than ${this.#mostBytes} bytes`);
    this.#held.push(bytes);
  }

  #value(last: Uint8Array): unknown {
    this.#hold(last);
    const text = Buffer.concat(this.#held).toString("utf8");
    this.#held = [];
    this.#size = 0;
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new Unreadable(this.#service, "a value of its stream is not JSON", { cause });
    }
  }

  #plainText(bytes: Uint8Array): Unreadable {
    const text = Buffer.from(bytes.subarray(0, 200))
      .toString("utf8")
      .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
      .trim();
    return new Unreadable(this.#service, `its stream contains text that is not JSON: ${text}`);
  }
}
