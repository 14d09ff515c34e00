/** Handles messages of the processes to the supervisor: log lines and requests to run the doctor. */

import type { DoctorNews, DoctorWanted } from "../../admin/doctor-asking.ts";
import type { LogLines } from "../../log/log-relay.ts";
import type { LogTail, Send } from "../../log/log-tail.ts";
import type { Post } from "./supervisor.ts";

export function postOf(tail: LogTail, runDoctor: () => Promise<DoctorNews>): Post {
  let toControl: Send | undefined;
  return {
    heard: (message) => {
      const sent = message as LogLines | DoctorWanted;
      switch (sent.type) {
        case "log-lines":
          for (const line of sent.lines) tail.take(line);
          return;
        case "doctor-wanted":
          // If control ends before the doctor ends, the result is not sent again. A new control process requests a new result.
          void runDoctor().then((news) => toControl?.(news));
      }
    },
    newReader: (send) => {
      toControl = send;
      tail.newReader(send);
    },
  };
}
