/** Reads the output of a task from the node that runs it. */
import * as z from "zod";
import { Unreadable } from "../../../errors/cluster-failures.ts";
import { jsonValues } from "../../wire/json-values.ts";
import { count, text } from "../../wire/read.ts";
import { type ClusterCall, path, sendRequest, stream } from "../../wire/request.ts";
import type { Nomad } from "../nomad.ts";

export interface LogPlace {
  allocation: string;
  task: string;
  output: "stdout" | "stderr";
}

/** Reads the last part of the output. Nomad counts in bytes, so the first line is often incomplete. */
export async function logEnd(nomad: Nomad, place: LogPlace, { bytes }: { bytes: number }, call: ClusterCall): Promise<string> {
  const query = { task: place.task, type: place.output, origin: "end", offset: bytes, plain: true };
  // The task may write while Nomad reads, so the answer may be longer than what was asked.
  return (await sendRequest(nomad, { ...call, path: logPath(place), query, mostBytes: 2 * bytes + 1_048_576 })).text;
}

const logPath = ({ allocation }: LogPlace) => path`/v1/client/fs/logs/${allocation}`;

const Frame = z.object({ Data: z.string().nullish(), Offset: count, File: text, FileEvent: text });

export interface LogPiece {
  bytes: Buffer;
  /** The file on the node. Nomad begins a new one when a file has its full size. */
  file: string;
  /** The position in the file after this piece. */
  offset: number;
  /** `file deleted` or `file truncated`: some output is lost. Empty otherwise. */
  event: string;
}

export interface FollowLog {
  origin: "start" | "end";
  /** Bytes from the origin. */
  offset: number;
}

/** A log stream has a heartbeat every second. */
const QUIET_MS = 30_000;
/** Nomad sends up to 64 KiB in a frame. */
const MOST_FRAME_BYTES = 1024 * 1024;

/** Ends when the task has ended and its output was read. */
export async function* followLog(nomad: Nomad, place: LogPlace, from: FollowLog, signal: AbortSignal): AsyncGenerator<LogPiece> {
  const query = { task: place.task, type: place.output, follow: true, ...from };
  const parts = stream(nomad, { signal, path: logPath(place), query, timeoutMs: QUIET_MS });
  for await (const value of jsonValues("Nomad", parts, MOST_FRAME_BYTES)) {
    const frame = Frame.safeParse(value);
    if (!frame.success) throw new Unreadable("Nomad", "a frame of the log has another form than expected");
    const { Data, Offset, File, FileEvent } = frame.data;
    if (Data || FileEvent) yield { bytes: Buffer.from(Data ?? "", "base64"), file: File, offset: Offset, event: FileEvent };
  }
}
