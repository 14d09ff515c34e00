/**
 * Defines the protocol between control and executor: one JSON object per line over a unix socket. The executor listens
 * on the socket.
 */
import * as z from "zod";
import { executionMessagesFromExecutor, executionMessagesToExecutor, KeptExecutions } from "./changes/execution-messages.ts";
import { KeptRuns, runMessagesFromExecutor, runMessagesToExecutor } from "./jobs/run-messages.ts";
import { Powered, PowerRequest } from "./machines/power-messages.ts";

export const ToExecutor = z.discriminatedUnion("type", [...runMessagesToExecutor, PowerRequest, ...executionMessagesToExecutor]);
export type ToExecutor = z.output<typeof ToExecutor>;

/** The executor's current load, and the number of plans that the executor has refused since its start. */
export const ExecutorFigures = z.object({
  runs: z.int().min(0),
  steps: z.int().min(0),
  sshConnections: z.int().min(0),
  refusedWarrants: z.int().min(0),
});
export type ExecutorFigures = z.output<typeof ExecutorFigures>;

export const FromExecutor = z.discriminatedUnion("type", [
  /** The first message on every connection. Control uses the message to compare its database with the executor's records. */
  z.object({
    type: z.literal("hello"),
    pid: z.int(),
    runs: KeptRuns,
    executions: KeptExecutions,
    figures: ExecutorFigures.optional(),
  }),
  /**
   * The executor sends this message every few seconds. The executor repeats the outcome of each run until control sends
   * `forget`.
   */
  z.object({ type: z.literal("alive"), runs: KeptRuns, executions: KeptExecutions, figures: ExecutorFigures.optional() }),
  ...runMessagesFromExecutor,
  ...executionMessagesFromExecutor,
  Powered,
]);
export type FromExecutor = z.output<typeof FromExecutor>;
