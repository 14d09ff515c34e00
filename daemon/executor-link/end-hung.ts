/** Two ways to kill an executor that hangs: by a signal, or by a unit of systemd if the executor belongs to another user. */
import { existsSync } from "node:fs";
import { connect } from "node:net";

/** Rejects if the executor could not be killed. */
export type EndHung = (pid: number) => Promise<void>;

export const endByKill: EndHung = async (pid) => void process.kill(pid, "SIGKILL");

/** For each connection to this socket, systemd kills the main process of the executor's unit. Without the socket, a signal is sent. */
export const endByUnit =
  (socketPath: string): EndHung =>
  (pid) =>
    existsSync(socketPath)
      ? new Promise((resolve, reject) => {
          connect(socketPath)
            .on("error", reject)
            .on("close", () => resolve())
            .resume();
        })
      : endByKill(pid);
