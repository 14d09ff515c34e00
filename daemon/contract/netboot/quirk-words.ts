/** Describes a quirk (a workaround for faulty firmware) in words. */
import type { AppliedQuirk } from "./quirk.ts";

export function quirkWords({ name, value }: Pick<AppliedQuirk, "name" | "value">): string {
  switch (name) {
    case "blockSize":
      return `TFTP blocks of ${value} bytes at most`;
    case "tftpOptions":
      return value === false ? "no TFTP options" : "TFTP options";
    case "rollover":
      return `TFTP block ${value} after 65535`;
    case "loader":
      return `loader ${value}`;
    case "localBoot":
      return `boots its disk by ${Array.isArray(value) ? value.join(", then ") : value}`;
  }
}
