/** The schema of the `audit` section, which configures retention, checkpoints, and copies of checkpoints. */
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
    .describe("Days after which records are dropped. A signed note marks where the remaining records begin. null keeps all."),
  checkpoint_seconds: z
    .number()
    .min(1)
    .max(86_400)
    .default(30)
    .describe(
      "Seconds between signed checkpoints while there are new records. A removal of records after the last checkpoint is not detected.",
    ),
  webhook: z
    .strictObject({ url: Web.describe("Receives every checkpoint as a POST of JSON.") })
    .optional()
    .describe("Copies of checkpoints, out of reach of an attacker on this machine."),
  consul: z
    .strictObject({
      url: Web.default("http://127.0.0.1:8500").describe("Address of a Consul agent."),
      key: z
        .string()
        .regex(/^[A-Za-z0-9._/-]{1,200}$/)
        .default("muster/audit/checkpoint")
        .describe("Key of the newest checkpoint. It is replaced only by a checkpoint that continues it."),
      token_file: FilePath.optional().describe("File with the Consul token."),
    })
    .optional()
    .describe("Copies of checkpoints in Consul's key-value store."),
});
export type AuditSettings = z.output<typeof AuditSettings>;
