/** When somebody is told that something is wrong, and where. */
import * as z from "zod";

const count = (usual: number) => z.int().min(1).max(100_000).default(usual).describe("How many.");
const minutes = (usual: number) => z.int().min(1).max(10_080).default(usual).describe("Within how many minutes.");
const threshold = (ofCount: number, ofMinutes: number) =>
  z
    .strictObject({ count: count(ofCount), minutes: minutes(ofMinutes) })
    .nullable()
    .prefault({});

export const AlertSettings = z.strictObject({
  webhook_file: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe("File with the address alerts are posted to, as Slack's incoming webhooks take them. Left out: they are shown only."),
  repeat_minutes: minutes(60).describe("How long a rule that has raised its alert raises no other."),
  failed_logins: threshold(10, 10).describe("So many failed logins in so many minutes; null for none."),
  policy_violations: threshold(1, 15).describe("So many plans that the policy denied."),
  refusals: threshold(10, 15).describe(
    "So many other refusals on record: wrong keys, roles too small, votes that do not count, plans that are not what they say.",
  ),
  node_failures: threshold(1, 15).describe("So many installations or configurations that failed."),
  error_rate: z
    .strictObject({
      percent: z.number().gt(0).max(100).default(50).describe("Which share."),
      least: count(5).describe("Of how many at least."),
      minutes: minutes(60),
    })
    .nullable()
    .prefault({})
    .describe("Such a share of jobs and executions failed."),
  cost: z
    .strictObject({
      usd: z.number().gt(0).describe("How much."),
      hours: z.int().min(1).max(168).default(24).describe("Within how many hours."),
    })
    .nullable()
    .default(null)
    .describe("Executions cost so much."),
});
export type AlertSettings = z.output<typeof AlertSettings>;
