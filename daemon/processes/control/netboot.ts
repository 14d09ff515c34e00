/** Builds the parts of control that concern network boot. The netboot process itself answers the machines. */
import { captureOf } from "../../../pxe/capture/rings.ts";
import type { NodesApi } from "../../api/machines/nodes.ts";
import type { ExplainApi } from "../../api/netboot/explain.ts";
import type { LeasesApi } from "../../api/netboot/leases.ts";
import type { QuirksApi } from "../../api/netboot/quirks.ts";
import type { ActPorts } from "../../machines/acts/ports.ts";
import { requireBootFiles } from "../../netboot/boot-files.ts";
import { networkNow } from "../../netboot/dhcp/network-now.ts";
import { explainer } from "../../netboot/explain/where.ts";
import { quirkFile } from "../../netboot/quirks/quirk-file.ts";
import { wakeOn } from "../../netboot/wake.ts";
import { fleetContent } from "../netboot/fleet-content.ts";
import type { Shared } from "./shared.ts";

export interface NetbootViews {
  wake: ActPorts["wake"];
  api: Pick<LeasesApi, "network"> &
    Pick<QuirksApi, "quirkLines"> &
    Pick<NodesApi, "capture"> &
    Pick<ActPorts, "requireBootFiles"> &
    ExplainApi;
}

export function startNetbootViews({ config, data, stores, places }: Shared): NetbootViews {
  return {
    wake: (node) => wakeOn(places, node),
    api: {
      network: () => networkNow(places, stores),
      quirkLines: quirkFile(),
      capture: ({ macs }) => captureOf(data.captures, macs),
      requireBootFiles: (profile) => requireBootFiles(data.assets, profile, config.machines.debian.suite),
      explain: explainer({
        ...stores,
        config: config.netboot,
        assets: data.assets,
        places,
        contentAt: (place) => fleetContent(config, data, place?.network),
      }),
    },
  };
}
