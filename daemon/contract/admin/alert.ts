/** An alert for operators, and its delivery. */
import * as z from "zod";
import { RunbookName } from "../changes/plan.ts";
import { Instant } from "../names.ts";

export const AlertRule = z.enum([
  "failed-logins",
  "policy-violations",
  "refusals",
  "node-failures",
  "error-rate",
  "cost",
  "unusual-activity",
]);
export type AlertRule = z.output<typeof AlertRule>;

/** `none`: no webhook is configured. `given-up`: the webhook did not accept the alert for days. */
export const Delivery = z.enum(["none", "waiting", "delivered", "given-up"]);
export type Delivery = z.output<typeof Delivery>;

/** A runbook for an alert. Muster only names the runbook. The command, or the page, proposes it. */
export const AlertRunbook = z.object({ name: RunbookName, description: z.string(), command: z.string() });
export type AlertRunbook = z.output<typeof AlertRunbook>;

export const Alert = z.object({
  id: z.int(),
  rule: AlertRule,
  at: Instant,
  summary: z.string(),
  /** Names of the latest affected nodes, at most 20. */
  nodes: z.array(z.string()),
  /** The matching runbooks, the best match first. */
  runbooks: z.array(AlertRunbook),
  delivery: Delivery,
  tries: z.int(),
  deliveredAt: Instant.optional(),
  /** The reason why the last delivery failed. */
  error: z.string().optional(),
});
export type Alert = z.output<typeof Alert>;
