/**
 * Implements `muster prepare`, which root runs before the systemd units start. It gives the data folder to the users of the
 * processes, and performs the checks of `muster up`.
 */
import { userInfo } from "node:os";
import { CommandFailure } from "../../cli/failure.ts";
import { loadConfig } from "../../config/config.ts";
import { bootInterfaces } from "../../config/netboot.ts";
import type { DataDir } from "../../data-dir.ts";
import { bootPlaces } from "../../netboot/boot-places.ts";
import { startChecks } from "../start/checks.ts";
import { setAsideLostDatabase } from "../start/database.ts";
import { accountIds } from "./account-ids.ts";
import { correctAccess } from "./correct.ts";

/** Returns the names of the corrected entries. */
export function prepare(configFile: string, data: DataDir, newDatabase: boolean, env: NodeJS.ProcessEnv): string[] {
  if (userInfo().uid !== 0) throw new CommandFailure("NO_PERMISSION", "only root can give files to other users", "Run it with sudo.");
  const config = loadConfig(configFile);
  if (newDatabase) setAsideLostDatabase(data, new Date());
  const corrected = correctAccess(data, accountIds());
  bootPlaces(bootInterfaces(config.netboot)); // throws if an interface is invalid
  for (const { check } of startChecks(config, data, env)) check();
  return corrected;
}
