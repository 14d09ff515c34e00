/**
 * The wire of a process that systemd started. Control collects the log itself, knows the other processes by their
 * connections, and receives the findings of `muster doctor` from a socket of systemd, which runs the doctor as root.
 */
import { connect } from "node:net";
import type { DoctorNews } from "../../admin/doctor-asking.ts";
import type { DataDir } from "../../data-dir.ts";
import { explain } from "../../errors/errors.ts";
import { LogTail } from "../../log/log-tail.ts";
import type { ChildName } from "./children.ts";
import { SupervisorLine } from "./control-line.ts";
import { openControlSocket } from "./control-socket.ts";
import { newsOf } from "./doctor-output.ts";
import type { SupervisorMessage, Wire } from "./wire.ts";

export const unitWire = (name: ChildName, data: DataDir): Wire => (name === "control" ? controlWire(data) : lineWire(name, data));

function lineWire(name: "netboot" | "executor", { controlSocket }: DataDir): Wire {
  const line = new SupervisorLine(controlSocket, name, process.pid).start();
  return {
    send: (message, done) => {
      if (message.type === "log-lines") line.sendLines(message.lines, done);
    },
    listen: async () => () => undefined,
  };
}

function controlWire(data: DataDir): Wire {
  const tail = new LogTail();
  let tell: ((news: SupervisorMessage) => void) | undefined;
  return {
    send: (message, done) => {
      if (message.type === "log-lines") for (const line of message.lines) tail.take(line);
      if (message.type === "doctor-wanted") void doctorOver(data.doctorSocket).then((news) => tell?.(news));
      done?.();
    },
    listen: async (hear) => {
      tell = hear;
      tail.newReader(async (message) => {
        hear(message as SupervisorMessage);
        return true;
      });
      return openControlSocket(data.controlSocket, {
        line: (line) => tail.take(line),
        started: (process, pid) => hear({ type: "child-started", name: process, pid }),
        ended: (process) => hear({ type: "child-exited", name: process, reason: "its connection to control ended" }),
      });
    },
  };
}

const MOST_BYTES = 1024 * 1024;
const PATIENCE_MS = 60_000;

/** Reads the output of `muster doctor --json`, which systemd starts for each connection. */
function doctorOver(path: string): Promise<DoctorNews> {
  return new Promise((resolve) => {
    let output = "";
    const failed = (reason: string) => resolve({ type: "doctor-failed", reason });
    const socket = connect(path);
    socket.setEncoding("utf8").setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
    socket.on("data", (text: string) => {
      output += text;
      if (output.length > MOST_BYTES) socket.destroy(new Error("the answer is too long"));
    });
    socket.on("end", () => resolve(newsOf(output, null)));
    socket.on("error", (error) => failed(explain(error)));
  });
}
