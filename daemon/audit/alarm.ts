/** Reports a problem of the audit in the log and on the live feed. */
import type { Log } from "../log/log.ts";
import type { EventStore } from "../store/events.ts";

export const auditAlarm =
  (events: EventStore, log: Log) =>
  (problem: string): void => {
    log.error(problem);
    try {
      events.append({ source: "control", type: "audit.problem", summary: problem });
    } catch (error) {
      // The problem may be that the database cannot be written, so this error must not hide it.
      log.error({ err: error }, "a problem of the audit is not on the live feed");
    }
  };
