/** Other people's TFTP clients, fetching one file. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import type { Running } from "./tftp-servers.ts";

export interface Client {
  name: string;
  kind: "windowed" | "lock-step";
  command(server: Running, file: string, to: string): string[];
}

const atftp =
  (...options: string[]): Client["command"] =>
  (server, file, to) => {
    const asked = ["blksize 1468", ...options].flatMap((option) => ["--option", option]);
    return ["atftp", "--tftp-timeout", "1", ...asked, "-g", "-r", file, "-l", to, server.address, `${server.port}`];
  };

export const clients: Client[] = [
  { name: "atftp, window 16", kind: "windowed", command: atftp("windowsize 16") },
  { name: "atftp", kind: "lock-step", command: atftp() },
  {
    name: "curl",
    kind: "lock-step",
    command: (server, file, to) => ["curl", "-s", "--tftp-blksize", "1468", "-o", to, `tftp://${server.address}:${server.port}/${file}`],
  },
];

export type Fetched = { kind: "whole"; seconds: number } | { kind: "corrupt" | "abandoned"; seconds: number };

/** `content` is what must arrive, to the byte. */
export async function fetchOnce(client: Client, server: Running, file: string, content: Buffer, limitSeconds: number): Promise<Fetched> {
  const to = `/dev/shm/muster-bench-tftp.${process.pid}`;
  rmSync(to, { force: true });
  const [command = "", ...args] = client.command(server, file, to);
  const before = performance.now();
  const child = spawn(command, args, { stdio: "ignore" });
  const timer = setTimeout(() => child.kill("SIGKILL"), limitSeconds * 1000);
  const [code] = await once(child, "exit");
  clearTimeout(timer);
  const seconds = (performance.now() - before) / 1000;
  if (code !== 0) return { kind: "abandoned", seconds };
  const whole = readFileSync(to).equals(content);
  rmSync(to);
  return { kind: whole ? "whole" : "corrupt", seconds };
}
