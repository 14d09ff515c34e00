/** Reads the address of the webhook for alerts. */
import { readFileSync } from "node:fs";
import { MusterError } from "../errors/errors.ts";

/** Error messages never contain the webhook's address, because the address is a credential. */
export function webhookIn(file: string | undefined): URL | undefined {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new MusterError("CONFIG_INVALID", `admin.alerts.webhook_file: cannot read ${file}`, { cause });
  }
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new MusterError(
      "CONFIG_INVALID",
      `admin.alerts.webhook_file: ${file} does not hold one address that begins with https:// or http://`,
    );
  return new URL(text);
}
