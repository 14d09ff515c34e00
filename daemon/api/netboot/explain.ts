/** Defines the route that explains how netboot would answer a machine. */
import type * as z from "zod";
import { Mac } from "../../contract/names.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Mount } from "../mount.ts";

export interface ExplainApi {
  explain(
    mac: string,
    asked: { arch: number; userClass?: string | undefined; mode?: "off" | "proxy" | "full" | undefined; interface?: string | undefined },
  ): z.input<typeof routes.explain.response>;
}

export function explainApi(mount: Mount, { explain }: ExplainApi): void {
  mount(routes.explain, ({ mac, ...asked }) => {
    const parsed = Mac.safeParse(mac);
    if (!parsed.success) throw new MusterError("REQUEST_INVALID", `mac: ${mac} is not a MAC address such as 52:54:00:12:34:56`);
    return explain(parsed.data, asked);
  });
}
