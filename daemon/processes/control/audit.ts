/** Starts the area `audit` with its keeper, which signs checkpoints and sends copies of the checkpoints. */
import type { AuditApi } from "../../api/audit/audit.ts";
import { auditAlarm } from "../../audit/alarm.ts";
import { readCheckpoints } from "../../audit/checkpoint-files.ts";
import { type AuditCopy, consulCopy, webhookCopy } from "../../audit/copies.ts";
import { AuditKeeper } from "../../audit/keeper.ts";
import { openSigner, type Signer } from "../../audit/signer.ts";
import type { Config } from "../../config/config.ts";
import { readSecret } from "../../config/secret-file.ts";
import type { Shared } from "./shared.ts";

export async function startAudit({ config, data, log, parts, stores, audit }: Shared): Promise<{ api: AuditApi }> {
  const settings = config.audit;
  const signer = openSigner(data.audit);
  const keeper = await parts.start(
    "audit",
    () =>
      new AuditKeeper({
        audit,
        signer,
        folder: data.audit,
        checkpointSeconds: settings.checkpoint_seconds,
        retentionDays: settings.retention_days ?? undefined,
        copies: copiesOf(settings, signer),
        alarm: auditAlarm(stores.events, log.child({ part: "audit" })),
      }).start(),
    (keeper) => keeper.stop(),
  );
  const checkpoints = (): string[] => {
    keeper.tick(); // signs the newest records, so that the export contains a checkpoint for these records
    return readCheckpoints(data.audit).map(({ note }) => note);
  };
  return { api: { audit, checkpoints } };
}

function copiesOf({ webhook, consul }: Config["audit"], { publicKey }: Signer): AuditCopy[] {
  const copies = webhook ? [webhookCopy(webhook.url)] : [];
  if (!consul) return copies;
  const token = readSecret("audit.consul.token_file", consul.token_file);
  return [...copies, consulCopy({ url: consul.url, key: consul.key, token, publicKey })];
}
