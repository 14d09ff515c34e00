/** Defines the routes that list, export and erase audit records. */
import { actorOf } from "../../audit/actor.ts";
import type { AuditLog } from "../../audit/log.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Mount } from "../mount.ts";

export interface AuditApi {
  audit: AuditLog;
  /** Returns the signed checkpoints that prove the audit, oldest first. */
  checkpoints(): string[];
}

export function auditApi(mount: Mount, { audit, checkpoints }: AuditApi): void {
  mount(routes.listAudit, (query) => audit.list(query));
  mount(routes.exportAudit, ({ after, limit }) => Buffer.from(audit.exportAfter(after, limit, after === 0 ? checkpoints() : [])));
  mount(routes.eraseFromAudit, ({ name }, { caller }) => {
    if (!audit.erase(name, actorOf(caller))) throw new MusterError("REQUEST_INVALID", "name: the audit does not contain this name");
    return { message: "the name and the reasons given under it are erased" };
  });
}
