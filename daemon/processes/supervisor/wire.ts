/** The connection of a process to the rest of the daemon: over the IPC channel of the supervisor, or without a supervisor. */
import type { DoctorNews, DoctorWanted } from "../../admin/doctor-asking.ts";
import type { SupervisorNews } from "../../admin/process-news.ts";
import type { LogLines } from "../../log/log-relay.ts";
import type { LogNews } from "../../log/log-tail.ts";
import type { NewsTaken } from "./supervisor.ts";

export type Sent = LogLines | DoctorWanted | NewsTaken;
export type SupervisorMessage = SupervisorNews | LogNews | DoctorNews;

export interface Wire {
  /** Undefined if there is no receiver. `done` is called when the next message may follow. */
  send: ((message: Sent, done?: () => void) => void) | undefined;
  /** Only control listens. Resolves with a function that stops to listen. */
  listen(hear: (news: SupervisorMessage) => void): Promise<() => void>;
}

/** The wire of a process that the supervisor started. */
export const ipcWire = (): Wire => ({
  send: process.send && ((message, done) => process.connected && process.send?.(message, () => done?.())),
  listen: async (hear) => {
    process.on("message", hear);
    return () => void process.off("message", hear);
  },
});
