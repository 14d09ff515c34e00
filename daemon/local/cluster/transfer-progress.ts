/** Shows on standard error how much of a file has arrived: in one line on a terminal, else in a line for each tenth. */
import type { WriteStream } from "node:tty";
import { inMb } from "../../cluster/model-store/receive-model.ts";

const BETWEEN_MS = 500;
const STEP_BYTES = 1e9;

export interface TransferProgress {
  show(bytes: number, ofBytes: number | undefined): void;
  end(): void;
}

export function transferProgress(output: Pick<WriteStream, "write"> & { isTTY?: boolean }, now = Date.now): TransferProgress {
  let [shownAt, step, open] = [now(), 0, false];
  const text = (bytes: number, ofBytes: number | undefined) =>
    ofBytes === undefined ? inMb(bytes) : `${inMb(bytes)} of ${inMb(ofBytes)} (${Math.floor((100 * bytes) / Math.max(ofBytes, 1))} %)`;
  return {
    show(bytes, ofBytes) {
      if (output.isTTY) {
        if (now() - shownAt < BETWEEN_MS) return;
        shownAt = now();
        open = true;
        output.write(`\r${text(bytes, ofBytes)}\x1b[K`);
        return;
      }
      const reached = Math.floor(ofBytes === undefined ? bytes / STEP_BYTES : (10 * bytes) / Math.max(ofBytes, 1));
      if (reached <= step) return;
      step = reached;
      output.write(`${text(bytes, ofBytes)}\n`);
    },
    end() {
      if (open) output.write("\r\x1b[K");
    },
  };
}
