/** Implements `muster key create`, which writes a key to the daemon's database. The daemon does not have to run. */
import { existsSync } from "node:fs";
import { AuditLog } from "../audit/log.ts";
import { CommandFailure } from "../cli/failure.ts";
import type { KeyRequest, NewKey } from "../cli/local-commands.ts";
import type { DataDir } from "../data-dir.ts";
import { checkDatabase } from "../processes/start/database.ts";
import { atomically } from "../store/database.ts";
import { openStores } from "../store/stores.ts";
import { atTheKeyboard, requireOurs } from "./control-node.ts";

export function createKey(data: DataDir, { name, role, owner, expiresAt }: KeyRequest): NewKey {
  const { root, database } = data;
  requireOurs(root);
  // In a wrong folder, this command would create an empty database. The daemon would not accept a key from that database.
  if (!existsSync(database))
    throw new CommandFailure(
      "USAGE",
      `there is no database in ${root}`,
      "Name the daemon's data folder with --data or MUSTER_DATA. The first start of the daemon creates the first key.",
    );
  requireOurs(database);
  checkDatabase(data);
  const stores = openStores(database);
  try {
    return atomically(stores.db, () => {
      const made = stores.keys.create(name, role, new Date(), { owner: owner ?? atTheKeyboard(), expiresAt });
      new AuditLog(stores.db).append({
        action: "key-created",
        actor: { keyId: "local", name: atTheKeyboard(), role: "local" },
        subject: `key ${made.key.id}`,
        summary: `a key of the role ${role}, created on the control node`,
      });
      return made;
    });
  } finally {
    stores.db.close();
  }
}
