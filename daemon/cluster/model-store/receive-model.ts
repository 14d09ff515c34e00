/** Writes the content of a model to a temporary file, and computes its SHA-256 meanwhile. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { MusterError } from "../../errors/errors.ts";
import type { ModelSource } from "./model-source.ts";

/** The daemon needs this space for its database and its jobs. */
const KEPT_FREE_BYTES = 1_000_000_000;
const CHECK_EVERY_BYTES = 64_000_000;

export interface Receiving {
  signal: AbortSignal;
  mostBytes: number;
  progress(bytes: number, ofBytes: number | undefined): void;
  /** Returns the free space of the disk. A test replaces it. */
  freeBytes?: ((folder: string) => Promise<number>) | undefined;
}

/** Returns the SHA-256 of what was written. The file is on the disk when the function returns. */
export async function receiveModel({ bytes, content, shown }: ModelSource, file: string, receiving: Receiving): Promise<string> {
  const { signal, mostBytes, progress, freeBytes = freeOf } = receiving;
  const tooLarge = () => new MusterError("REQUEST_INVALID", `--max-gb: ${shown} is larger than ${mostBytes / 1e9} GB`);
  const checkSpace = async (missing: number) => requireSpace(await freeBytes(dirname(file)), missing);
  if (bytes !== undefined && bytes > mostBytes) throw tooLarge();
  await checkSpace(bytes ?? 0);
  const hash = createHash("sha256");
  async function* counted(): AsyncGenerator<Uint8Array> {
    let [done, checkedAt] = [0, 0];
    for await (const chunk of content) {
      done += chunk.length;
      if (done > mostBytes) throw tooLarge();
      if (done - checkedAt > CHECK_EVERY_BYTES) {
        checkedAt = done;
        await checkSpace(Math.max(0, (bytes ?? 0) - done));
      }
      hash.update(chunk);
      progress(done, bytes);
      yield chunk;
    }
  }
  await rm(file, { force: true });
  await pipeline(counted, createWriteStream(file, { flags: "wx", mode: 0o640, flush: true }), { signal });
  return hash.digest("hex");
}

function requireSpace(free: number, missing: number): void {
  if (free >= missing + KEPT_FREE_BYTES) return;
  const numbers = `it has ${inMb(free)} free, the model needs ${inMb(missing)}, and ${inMb(KEPT_FREE_BYTES)} must stay free`;
  throw new MusterError("DISK_FULL", `the disk of the models is too full: ${numbers}`);
}

const freeOf = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

export const inMb = (bytes: number): string => `${Math.ceil(bytes / 1_000_000)} MB`;
