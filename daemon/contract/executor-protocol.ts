/** What control and executor say to each other over the unix socket: one JSON object a line. The executor listens. */
import * as z from "zod";
import { Recap } from "./job.ts";
import { Instant, MacText, NodeName } from "./names.ts";
import { PowerAction, PowerFailure, PowerState } from "./power.ts";

/** The whole of what a run needs. The executor refuses anything this schema does not let through. */
export const RunRequest = z.strictObject({
  type: z.literal("run"),
  jobId: z.string().regex(/^[a-z0-9-]{1,80}$/),
  attempt: z.int().min(1),
  /** A file of Ansible's folder, or of its folder `playbooks`, by name. */
  playbook: z.string().regex(/^(playbooks\/)?[a-z0-9][a-z0-9_-]{0,60}\.ya?ml$/),
  /** Says what would change (`--check --diff`), and changes nothing. */
  check: z.boolean().optional(),
  /** Exactly these hosts; they must be in the inventory. */
  limit: z.array(NodeName).min(1).max(1000),
  deadlineSeconds: z.int().min(1).max(86_400),
});
export type RunRequest = z.output<typeof RunRequest>;

/** Whom to switch, not how: driver, address and password are the executor's own knowledge. */
export const PowerRequest = z.strictObject({
  type: z.literal("power"),
  id: z.uuid(),
  action: PowerAction,
  machine: z.strictObject({ name: NodeName, macs: z.array(MacText).min(1).max(64), address: z.union([z.ipv4(), z.ipv6()]).optional() }),
});
export type PowerRequest = z.output<typeof PowerRequest>;

export const ToExecutor = z.discriminatedUnion("type", [
  RunRequest,
  PowerRequest,
  z.strictObject({ type: z.literal("cancel"), jobId: z.string() }),
  /** The outcome is in the database: the executor need not keep it. */
  z.strictObject({ type: z.literal("forget"), jobId: z.string(), attempt: z.int() }),
]);
export type ToExecutor = z.output<typeof ToExecutor>;

/** How a run ended, as far as the executor knows. */
export const Outcome = z.object({
  /** `interrupted`: ended because the executor was told to stop. `lost`: the run's processes are gone and left no result. */
  ended: z.enum(["exited", "cancelled", "timed-out", "interrupted", "not-started", "lost"]),
  exitCode: z.int().nullable(),
  /** From Ansible's own statistics event; absent when the run never got there. */
  recap: z.record(z.string(), Recap).optional(),
  /** Why it did not start, or what standard error said last. */
  error: z.string().max(4000).optional(),
  startedAt: Instant.optional(),
  endedAt: Instant,
});
export type Outcome = z.output<typeof Outcome>;

const RunRef = { jobId: z.string(), attempt: z.int() };

export const FromExecutor = z.discriminatedUnion("type", [
  /** First on every connection: every run the executor holds, so that control can compare with its database. */
  z.object({
    type: z.literal("hello"),
    pid: z.int(),
    runs: z.array(z.object({ ...RunRef, outcome: Outcome.optional() })),
  }),
  z.object({ type: z.literal("started"), ...RunRef, pid: z.int(), at: Instant }),
  z.object({ type: z.literal("finished"), ...RunRef, outcome: Outcome }),
  z.object({ type: z.literal("refused"), jobId: z.string(), reason: z.string() }),
  z.object({
    type: z.literal("powered"),
    id: z.uuid(),
    outcome: z.discriminatedUnion("ended", [
      z.object({ ended: z.literal("well"), power: PowerState.optional(), message: z.string() }),
      z.object({ ended: z.literal("badly"), code: PowerFailure, message: z.string() }),
    ]),
  }),
]);
export type FromExecutor = z.output<typeof FromExecutor>;
