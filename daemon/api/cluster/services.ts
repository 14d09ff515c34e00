/** Defines the route that lists the web pages of other services. The route answers even if Consul is unreachable. */

import type { WebUi } from "../../contract/cluster/web-ui.ts";
import { routes } from "../../contract/routes.ts";
import type { Mount } from "../mount.ts";

export interface ServicesApi {
  webUis(): Promise<{ complete: boolean; pages: WebUi[] }>;
}

export function servicesApi(mount: Mount, { webUis }: ServicesApi): void {
  mount(routes.webUis, async (_, { reply }) => {
    const { complete, pages } = await webUis();
    if (!complete) reply.code(503);
    return pages;
  });
}
