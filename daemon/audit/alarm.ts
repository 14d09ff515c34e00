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
      // The reported problem may be a database that cannot be written. A second error must not hide the first.
      log.error({ err: error }, "a problem of the audit is not on the live feed");
    }
  };
