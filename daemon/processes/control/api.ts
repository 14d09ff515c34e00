/** Builds the HTTP API of all areas and opens its port. */
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type ApiParts, buildApi } from "../../api/server.ts";
import type { Config } from "../../config/config.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Stores } from "../../store/stores.ts";
import type { Shared } from "./shared.ts";

const pageRoot = join(import.meta.dirname, "../../../web/dist");

type SetHere = "log" | "pageRoot" | "openMetrics" | "limits" | "pace" | "pageUrl" | "trustedProxies";

/** Resolves when the API has opened its port and `url` is final. Throws PORT_UNAVAILABLE if the port cannot be used. */
export async function startApi({ config, log, parts, stores, url }: Shared, areas: Omit<ApiParts, SetHere | keyof Stores>): Promise<void> {
  const { control } = config.admin;
  const api = await parts.start(
    "api",
    () =>
      buildApi({
        ...stores,
        ...areas,
        log,
        pageRoot: existsSync(join(pageRoot, "index.html")) ? pageRoot : undefined,
        openMetrics: control.open_metrics,
        limits: control.requests_per_minute,
        pageUrl: control.page_url,
        trustedProxies: control.trusted_proxies,
      }),
    (server) => server.close(),
  );
  await listen(api, control);
  url.listensOn((api.server.address() as AddressInfo).port);
}

async function listen(api: Awaited<ReturnType<typeof buildApi>>, { host, port }: Config["admin"]["control"]): Promise<void> {
  try {
    await api.listen({ host, port });
  } catch (cause) {
    throw new MusterError("PORT_UNAVAILABLE", `admin.control.port: cannot listen on ${host}:${port}`, { cause });
  }
}
