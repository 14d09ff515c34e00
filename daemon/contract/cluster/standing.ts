/** The state of Consul or Nomad as the control process sees it now. */
import * as z from "zod";

/** Seconds since the last good answer. Without it, there was none since the daemon started. */
const Age = z.int().min(0);

const trouble = { reason: z.string(), next: z.string() };

export const Standing = z.discriminatedUnion("state", [
  /** The service is not configured. */
  z.object({ state: z.literal("absent") }),
  /** No usable answer arrives. `reason` also names a token that is refused. */
  z.object({ state: z.literal("unreachable"), ...trouble, ageSeconds: Age.optional() }),
  z.object({ state: z.literal("no-leader"), ...trouble, ageSeconds: Age.optional() }),
  /** The service has not failed, but its last good answer is old. */
  z.object({ state: z.literal("stale"), ...trouble, ageSeconds: Age }),
  z.object({ state: z.literal("fresh"), ageSeconds: Age }),
]);
export type Standing = z.output<typeof Standing>;
export type StandingState = Standing["state"];
