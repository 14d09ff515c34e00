/** Reads a secret from the file that the configuration names. */
import { readFileSync } from "node:fs";
import { MusterError } from "../errors/errors.ts";

/** `key` is the configuration key that error messages name. */
export function readSecret(key: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new MusterError("CONFIG_INVALID", `${key}: cannot read ${file}`, { cause });
  }
}
