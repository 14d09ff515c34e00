/**
 * Starts the TFTP servers that the measurement compares. Each server has its own address on the loopback interface of
 * a new network namespace.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { debianProgram } from "../debian-program.ts";

export interface Running {
  name: string;
  address: string;
  port: number;
  stop(): Promise<void>;
}

const own = join(import.meta.dirname, "muster.ts");
const proxy = join(import.meta.dirname, "proxy.ts");

/** Call this function before the program enters the network namespace, because packages cannot be downloaded there. */
export const findPrograms = () => ({
  hpa: debianProgram("in.tftpd", "tftpd-hpa"),
  atftpd: debianProgram("atftpd", "atftpd"),
  dnsmasq: debianProgram("dnsmasq", "dnsmasq-base"),
});

export async function startServers(root: string): Promise<Running[]> {
  const port = 69; // dnsmasq has no option for another TFTP port
  const { hpa, atftpd, dnsmasq } = findPrograms();
  const commands: [name: string, address: string, command: string[]][] = [
    ["muster", "127.0.69.1", [process.execPath, own, root, "127.0.69.1", `${port}`]],
    [
      "tftpd-hpa",
      "127.0.69.2",
      [hpa, "--ipv4", "--listen", "--foreground", "--secure", "--user", "nobody", "--address", `127.0.69.2:${port}`, root],
    ],
    [
      "atftpd",
      "127.0.69.3",
      // The default timeout of 5 s would lengthen the measurement without any benefit.
      [
        atftpd,
        "--daemon",
        "--no-fork",
        "--verbose=0",
        "--retry-timeout",
        "1",
        "--user",
        "nobody.nogroup",
        "--bind-address",
        "127.0.69.3",
        root,
      ],
    ],
    [
      "dnsmasq",
      "127.0.69.4",
      [
        dnsmasq,
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--pid-file=",
        "--port=0",
        "--user=root",
        "--bind-interfaces",
        "--listen-address=127.0.69.4",
        "--enable-tftp",
        `--tftp-root=${root}`,
        "--log-facility=/dev/null",
      ],
    ],
  ];
  const running: Running[] = [];
  try {
    for (const [name, address, command] of commands) {
      running.push({ name, address, port, stop: start(command) });
      await answering(address, port);
    }
    return running;
  } catch (cause) {
    for (const server of running) await server.stop();
    throw cause;
  }
}

/** Returns the same server behind a network that loses and duplicates datagrams. */
export async function throughLoss(server: Running, seed: number): Promise<Running> {
  const address = server.address.replace("127.0.69", "127.0.70");
  const stop = start([process.execPath, proxy, address, "69", server.address, `${server.port}`, `${seed}`]);
  await answering(address, 69);
  return { name: server.name, address, port: 69, stop };
}

function start([command = "", ...args]: string[]): () => Promise<void> {
  const child: ChildProcess = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  };
}

async function answering(address: string, port: number): Promise<void> {
  const socket = createSocket("udp4");
  try {
    for (let tries = 0; tries < 50; tries++) {
      socket.send(Buffer.from("\0\x01no such file\0octet\0"), port, address);
      const signal = AbortSignal.timeout(200);
      const answer = await once(socket, "message", { signal }).catch(() => undefined);
      if (answer) return;
    }
  } finally {
    socket.close();
  }
  throw new Error(`no server answers at ${address}:${port}`);
}
