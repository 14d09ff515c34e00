/** Runs a program that downloads, and checks what was downloaded. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";

/** The file cannot be had from here. Tests that need it are skipped. */
export class RefusedDownload extends Error {}

const DOWNLOAD_MS = 900_000;

/** A failure of the program counts as a refusal, with the last line of what it wrote. */
export async function download(program: string, args: readonly string[], options: { cwd?: string } = {}): Promise<void> {
  try {
    await promisify(execFile)(program, args, { ...options, timeout: DOWNLOAD_MS, maxBuffer: 32 * 1024 * 1024 });
  } catch (error) {
    const { stderr = "", message } = error as { stderr?: string; message: string };
    throw new RefusedDownload(stderr.trim().split("\n").at(-1) || message);
  }
}

export async function checkHash(file: string, sha256: string): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const found = hash.digest("hex");
  if (found !== sha256) throw new Error(`${file} has the sha256 ${found} and not ${sha256}`);
}
