/** Builds the parts that the areas of the control process share. */
import { AuditLog } from "../../audit/log.ts";
import { loadAccess } from "../../config/access-secrets.ts";
import type { Config } from "../../config/config.ts";
import { type BootInterface, bootInterfaces } from "../../config/netboot.ts";
import type { DataDir } from "../../data-dir.ts";
import { endByUnit } from "../../executor-link/end-hung.ts";
import { ExecutorLink } from "../../executor-link/link.ts";
import type { Lifecycle } from "../../lifecycle.ts";
import type { Log } from "../../log/log.ts";
import { Inventory } from "../../machines/inventory/inventory.ts";
import { TodoFile } from "../../machines/inventory/todo.ts";
import { type BootPlace, bootPlaces } from "../../netboot/boot-places.ts";
import { ControlUrl } from "../../netboot/control-url.ts";
import { openStores, type Stores } from "../../store/stores.ts";

export interface Given {
  config: Config;
  data: DataDir;
  env: NodeJS.ProcessEnv;
  log: Log;
  parts: Lifecycle;
}

export interface Shared extends Given {
  stores: Stores;
  audit: AuditLog;
  /**
   * The link to the executor. An area of the control process misses messages if the area subscribes after the link
   * has started.
   */
  link: ExecutorLink;
  inventory: Inventory;
  todo: TodoFile;
  places: readonly BootPlace<BootInterface>[];
  url: ControlUrl;
}

export async function openShared(given: Given): Promise<Shared> {
  const { config, data, log, parts } = given;
  const stores = await parts.start(
    "database",
    () => openStores(data.database),
    ({ db }) => db.close(),
  );
  loadAccess(config); // throws if the file still contains a placeholder
  const places = bootPlaces(bootInterfaces(config.netboot));
  return {
    ...given,
    stores,
    audit: new AuditLog(stores.db),
    link: new ExecutorLink(data.executorSocket, log.child({ part: "executor link" }), undefined, endByUnit(data.executorHangsSocket)),
    inventory: new Inventory(data.inventory),
    todo: new TodoFile(data.todo),
    places,
    url: new ControlUrl(config, places[0]?.network),
  };
}
