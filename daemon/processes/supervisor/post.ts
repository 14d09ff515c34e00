/** What the processes tell the supervisor besides that they run, and what it answers. */

import type { DoctorNews, DoctorWanted } from "../../admin/doctor-asking.ts";
import type { LogLines } from "../../log/log-relay.ts";
import type { LogTail, Send } from "../../log/log-tail.ts";
import type { Post } from "./supervisor.ts";

export function postOf(tail: LogTail, runDoctor: () => Promise<DoctorNews>): Post {
  let toControl: Send | undefined;
  return {
    heard: (message) => {
      const told = message as LogLines | DoctorWanted;
      switch (told.type) {
        case "log-lines":
          for (const line of told.lines) tail.take(line);
          return;
        case "doctor-wanted":
          // One that is gone by then is not told; its successor has not asked.
          void runDoctor().then((news) => toControl?.(news));
      }
    },
    newReader: (send) => {
      toControl = send;
      tail.newReader(send);
    },
  };
}
