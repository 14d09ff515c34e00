/**
 * Reads the password of a BMC from the first line of a file. The file is read for each action, so that a changed password is
 * used immediately.
 */
import { readFileSync } from "node:fs";
import { MusterError } from "../../errors/errors.ts";

export function readPassword(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new MusterError("POWER_NOT_CONFIGURED", `password_file: cannot read ${file}`, { cause });
  }
  const [password = ""] = text.split(/\r?\n/);
  if (password === "") throw new MusterError("POWER_NOT_CONFIGURED", `password_file: ${file} begins with an empty line`);
  return password;
}
