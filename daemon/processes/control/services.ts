/** The services that are set up, with what opens them. */
import { readFileSync } from "node:fs";
import { WebUiFinder } from "../../cluster/web-uis.ts";
import type { ServicesSection } from "../../config/services.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Log } from "../../log/log.ts";

export function webUiFinder({ consul, nomad, links }: ServicesSection, log: Log): WebUiFinder {
  return new WebUiFinder({
    consul: consul && { url: consul.url, token: tokenIn(consul.token_file) },
    nomad,
    links,
    changed: (service, reason) =>
      reason === undefined ? log.info({ service }, "service reached again") : log.warn({ service, reason }, "service not reached"),
  });
}

function tokenIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new MusterError("CONFIG_INVALID", `services.consul.token_file: cannot read ${file}`, { cause });
  }
}
