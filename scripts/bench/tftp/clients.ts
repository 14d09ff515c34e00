/** Runs TFTP clients of other projects. Each client fetches one file. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import type { Running } from "./servers.ts";

export interface Client {
  name: string;
  kind: "windowed" | "lock-step";
  /**
   * The file size in bytes for the transfers on the bad network. The size is small for curl, because curl waits 6 s
   * after each lost datagram.
   */
  lossySize: number;
  command(server: Running, file: string, to: string): string[];
}

const atftp =
  (...options: string[]): Client["command"] =>
  (server, file, to) => {
    const asked = ["blksize 1468", ...options].flatMap((option) => ["--option", option]);
    return ["atftp", "--tftp-timeout", "1", ...asked, "-g", "-r", file, "-l", to, server.address, `${server.port}`];
  };

export const clients: Client[] = [
  { name: "atftp, window 16", kind: "windowed", lossySize: 2 ** 20, command: atftp("windowsize 16") },
  { name: "atftp", kind: "lock-step", lossySize: 2 ** 20, command: atftp() },
  {
    name: "curl",
    kind: "lock-step",
    lossySize: 128 * 1024,
    command: (server, file, to) => ["curl", "-s", "--tftp-blksize", "1468", "-o", to, `tftp://${server.address}:${server.port}/${file}`],
  },
];

export type Fetched =
  | { kind: "whole"; seconds: number }
  | { kind: "corrupt"; seconds: number }
  | { kind: "abandoned"; how: string; seconds: number };

let fetches = 0;

/** The parameter `content` is the expected content of the file and is compared byte by byte. */
export async function fetchOnce(client: Client, server: Running, file: string, content: Buffer, limitSeconds: number): Promise<Fetched> {
  fetches += 1;
  const to = `/dev/shm/muster-bench-tftp.${process.pid}.${fetches}`;
  const [command = "", ...args] = client.command(server, file, to);
  const before = performance.now();
  const child = spawn(command, args, { stdio: "ignore" });
  const timer = setTimeout(() => child.kill("SIGKILL"), limitSeconds * 1000);
  const [code, signal] = await once(child, "exit");
  clearTimeout(timer);
  const seconds = (performance.now() - before) / 1000;
  const whole = code === 0 && readFileSync(to).equals(content);
  rmSync(to, { force: true });
  if (code !== 0) return { kind: "abandoned", how: signal ? `took longer than ${limitSeconds} s` : `exit ${code}`, seconds };
  return { kind: whole ? "whole" : "corrupt", seconds };
}
