/** Reads a secret from the file that the configuration names. */
import { readFileSync } from "node:fs";
import { MusterError } from "../errors/errors.ts";

/** Text that people copy from examples in place of a token. */
const placeholder = /change.?me|placeholder|your[-_ ]?token|^token$|^example$|<.*>/i;
/** A token is sent as an HTTP header, so it has only visible characters. */
const token = /^[\x21-\x7e]{1,4096}$/;

/** `key` is the configuration key that error messages name. Error messages never contain the content of the file. */
export function readSecret(key: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new MusterError("CONFIG_INVALID", `${key}: cannot read ${file}`, { cause });
  }
  if (text === "") throw new MusterError("CONFIG_INVALID", `${key}: ${file} is empty; write the token into this file`);
  if (placeholder.test(text))
    throw new MusterError("CONFIG_INVALID", `${key}: ${file} contains a placeholder; write the token into this file`);
  if (!token.test(text)) throw new MusterError("CONFIG_INVALID", `${key}: ${file} must contain one token, on one line and without spaces`);
  return text;
}
