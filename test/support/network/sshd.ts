/** A real sshd on loopback with its own host key, and a key that may log in. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { SshPlace } from "../../../daemon/executor/steps/ssh-line.ts";
import { until } from "../until.ts";

const SSHD = "/usr/sbin/sshd";
/** The reason why these tests cannot run here, or false. */
export const noSshd = !existsSync(SSHD) ? `${SSHD} is not installed` : process.getuid?.() === 0 ? false : "needs root for sshd";

export interface Sshd {
  place: SshPlace;
  keyFile: string;
  /** The sshd log about its connections. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * `keyFile`: an existing private key with its public key next to it; by default one is generated. `path`: the
 * PATH of its programs.
 */
export async function startSshd(
  t: { after(stop: () => Promise<void>): void },
  folder: string,
  { node = "n1", keyFile, path }: { node?: string; keyFile?: string; path?: string } = {},
): Promise<Sshd> {
  mkdirSync("/run/sshd", { recursive: true });
  const port = await freePort();
  const hostFile = join(folder, `host-${port}`);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", hostFile]);
  const key = keyFile ?? join(folder, `login-${port}`);
  if (!existsSync(key)) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  const options = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${hostFile}`,
    `AuthorizedKeysFile ${key}.pub`,
    "PidFile none",
    "UsePAM no",
    "StrictModes no",
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "LogLevel VERBOSE",
    ...(path === undefined ? [] : [`SetEnv PATH=${path}`]),
  ];
  const child = spawn(SSHD, ["-D", "-e", "-f", "/dev/null", ...options.flatMap((option) => ["-o", option])], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log += chunk;
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  t.after(stop);
  await listening(port);
  const hostKey = readFileSync(`${hostFile}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
  return { place: { node, host: "127.0.0.1", port, user: userInfo().username, hostKey }, keyFile: key, log: () => log, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

const listening = (port: number) =>
  until("sshd listens", async () => {
    const socket = connect(port, "127.0.0.1");
    const open = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    socket.destroy();
    return open;
  });
