/** Records keys that appear or disappear without a request: the first key, and keys whose hashes are in the environment. */

import type { KeyStore } from "../store/admin/keys.ts";
import { MUSTER } from "./actor.ts";
import type { AuditLog } from "./log.ts";

/** Runs `work` and records the keys that `work` added or removed. */
export function recordingKeys<T>(keys: KeyStore, audit: AuditLog, work: () => T): T {
  const before = keys.list();
  const result = work();
  const after = keys.list();
  const missingIn = (list: typeof before, id: string) => !list.some((key) => key.id === id);
  for (const { id, role } of after.filter((key) => missingIn(before, key.id)))
    audit.append({
      action: "key-created",
      actor: MUSTER,
      subject: `key ${id}`,
      summary: `a key of the role ${role}, made or adopted at the start`,
    });
  for (const { id, role } of before.filter((key) => missingIn(after, key.id)))
    audit.append({
      action: "key-revoked",
      actor: MUSTER,
      subject: `key ${id}`,
      summary: `a key of the role ${role}, no longer given from outside`,
    });
  return result;
}
