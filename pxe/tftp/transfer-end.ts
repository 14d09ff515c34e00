/** Defines the ends of a transfer, and describes them for the timeline. */

export type TransferEnd =
  /** Firmware often starts the loaded file before it confirms the last block. */
  | { kind: "complete"; bytes: number; confirmed: boolean }
  /** The client requested only the file size. UEFI requests the size, aborts, and sends a new request. */
  | { kind: "probe" }
  | { kind: "aborted"; reason: string }
  /** `heard` is true if the client confirmed our options or a block. */
  | { kind: "gave-up"; bytes: number; heard: boolean }
  /** The client began a new transfer from the same port, or another client needed the place of this transfer. */
  | { kind: "replaced" }
  | { kind: "displaced" };

export function describe(end: TransferEnd): string {
  switch (end.kind) {
    case "complete":
      return end.confirmed ? `${end.bytes} bytes` : `${end.bytes} bytes, but the last of them were not confirmed`;
    case "probe":
      return "asked for its size";
    case "aborted":
      return `aborted by the machine: ${printable(end.reason)}`;
    case "gave-up":
      return `no answer after ${end.bytes} bytes`;
    case "replaced":
      return "the machine began again from the same port";
    case "displaced":
      return "another machine needed its place";
  }
}

export const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 128);
