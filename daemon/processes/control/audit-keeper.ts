/** The keeper of the audit as the configuration asks for it. */
import { readFileSync } from "node:fs";
import { consulCopy, webhookCopy } from "../../audit/copies.ts";
import { AuditKeeper } from "../../audit/keeper.ts";
import type { AuditLog } from "../../audit/log.ts";
import { openSigner } from "../../audit/signer.ts";
import type { Config } from "../../config/config.ts";
import type { DataDir } from "../../data-dir.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Log } from "../../log/log.ts";
import type { EventStore } from "../../store/events.ts";

export function auditKeeper({ audit: settings }: Config, data: DataDir, audit: AuditLog, events: EventStore, log: Log): AuditKeeper {
  const signer = openSigner(data.audit);
  const { webhook, consul } = settings;
  return new AuditKeeper({
    audit,
    signer,
    folder: data.audit,
    checkpointSeconds: settings.checkpoint_seconds,
    retentionDays: settings.retention_days ?? undefined,
    copies: [
      ...(webhook ? [webhookCopy(webhook.url)] : []),
      ...(consul
        ? [consulCopy({ url: consul.url, key: consul.key, token: secretIn(consul.token_file), publicKey: signer.publicKey })]
        : []),
    ],
    alarm: (problem) => {
      log.error(problem);
      try {
        events.append({ source: "control", type: "audit.problem", summary: problem });
      } catch (error) {
        // The problem itself may be that nothing can be written.
        log.error({ err: error }, "a problem of the audit is not on the live feed");
      }
    },
  });
}

function secretIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new MusterError("CONFIG_INVALID", `audit.consul.token_file: cannot read ${file}`, { cause });
  }
}
