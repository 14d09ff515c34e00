/** How long the audit is kept, how often its end is signed, and where the signatures are copied to. */
import * as z from "zod";

const Web = z.url({ protocol: /^https?$/ });
const FilePath = z.string().min(1).max(4096);

export const AuditSettings = z.strictObject({
  retention_days: z
    .int()
    .min(1)
    .max(36_500)
    .nullable()
    .default(null)
    .describe("Records older than this are dropped, and a signed note says where the rest begins; null keeps all."),
  checkpoint_seconds: z
    .number()
    .min(1)
    .max(86_400)
    .default(30)
    .describe("How often a checkpoint is signed when there are new records. What was cut off since the last one is not found."),
  webhook: z
    .strictObject({ url: Web.describe("Gets every checkpoint as a POST of JSON.") })
    .optional()
    .describe("Where checkpoints are copied to, out of reach of whoever holds this machine."),
  consul: z
    .strictObject({
      url: Web.default("http://127.0.0.1:8500").describe("Address of a Consul agent."),
      key: z
        .string()
        .regex(/^[A-Za-z0-9._/-]{1,200}$/)
        .default("muster/audit/checkpoint")
        .describe("Key of the newest checkpoint; it is only replaced by one that goes on from it."),
      token_file: FilePath.optional().describe("File with the Consul token."),
    })
    .optional()
    .describe("The same in Consul's key-value store."),
});
export type AuditSettings = z.output<typeof AuditSettings>;
