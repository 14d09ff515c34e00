/** A network of its own: a namespace holding a bridge, with nothing that leads out of it. The host's network stays as it is. */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";

export interface LabNetwork {
  /** Of the network namespace. */
  name: string;
  /** The address of the bridge, where servers listen. */
  address: string;
  /** A new port of the bridge for a virtual machine. */
  tap(): string;
  /** A new port of the bridge whose other end lies in a namespace of its own; for clients that are ordinary programs. */
  client(mac?: string): { namespace: string; device: string };
  /** Starts a program inside; its pid is the program's own. It is killed when the network closes. */
  spawn(command: string, args: readonly string[], options?: SpawnOptions & { namespace?: string }): ChildProcess;
  /** What a program printed inside; rejects with its complaint when it failed. */
  run(command: string, args: readonly string[], options?: SpawnOptions & { namespace?: string }): Promise<string>;
  close(): void;
}

/** Why no network can be made here, or false: the form node:test's `skip` takes. */
export const noNetwork: string | false =
  process.getuid?.() !== 0 ? "needs root" : !existsSync("/usr/sbin/ip") && !existsSync("/sbin/ip") ? "needs iproute2" : false;

/**
 * Each greater than the one before: a bridge goes by the lowest of its ports, so that it keeps the address of its first; who had
 * known another one would not reach it until that had expired.
 */
export const portAddress = (number: number) => `fe:4d:00:00:00:${number.toString(16).padStart(2, "0")}`;

let made = 0;

export function createNetwork(): LabNetwork {
  made += 1;
  // Device names are limited to 15 characters, and other tests run at the same time.
  const unique = `${process.pid.toString(36)}.${made}`;
  const name = `muster-${unique}`;
  const address = "10.77.0.1";
  const namespaces = [name];
  const children = new Set<ChildProcess>();
  let ports = 0;

  ip("netns", "add", name);
  ip("-n", name, "link", "set", "lo", "up");
  ip("-n", name, "link", "add", "br0", "type", "bridge", "stp_state", "0", "forward_delay", "0");
  ip("-n", name, "address", "add", `${address}/16`, "dev", "br0");
  ip("-n", name, "link", "set", "br0", "up");

  const network: LabNetwork = {
    name,
    address,
    tap() {
      const device = `tap${++ports}`;
      ip("-n", name, "tuntap", "add", "dev", device, "mode", "tap");
      ip("-n", name, "link", "set", device, "address", portAddress(ports));
      ip("-n", name, "link", "set", device, "master", "br0", "up");
      return device;
    },
    client(mac) {
      const port = ++ports;
      const namespace = `${name}-${port}`;
      namespaces.push(namespace);
      ip("netns", "add", namespace);
      ip(
        "-n",
        name,
        "link",
        "add",
        `port${port}`,
        "address",
        portAddress(port),
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        namespace,
      );
      if (mac !== undefined) ip("-n", namespace, "link", "set", "eth0", "address", mac);
      ip("-n", name, "link", "set", `port${port}`, "master", "br0", "up");
      ip("-n", namespace, "link", "set", "lo", "up");
      ip("-n", namespace, "link", "set", "eth0", "up");
      return { namespace, device: "eth0" };
    },
    spawn(command, args, { namespace = name, ...options } = {}) {
      const child = spawn("ip", ["netns", "exec", namespace, command, ...args], options);
      children.add(child);
      child.once("exit", () => children.delete(child));
      return child;
    },
    run(command, args, options = {}) {
      const child = network.spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
      return new Promise((resolve, reject) => {
        let [output, complaint] = ["", ""];
        child.stdout?.setEncoding("utf8").on("data", (text) => (output += text));
        child.stderr?.setEncoding("utf8").on("data", (text) => (complaint += text));
        child.once("error", reject);
        child.once("close", (code, signal) => {
          if (code === 0) resolve(output);
          else reject(new Error(`${command} ended with ${signal ?? code}: ${complaint.trim().slice(-400)}`));
        });
      });
    },
    close() {
      for (const child of children) child.kill("SIGKILL");
      for (const each of namespaces.splice(0).reverse()) deleteNamespace(each);
    },
  };
  return network;
}

function ip(...args: string[]): string {
  return execFileSync("ip", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
}

/** With everything that runs in it, because what was started there may have started more. */
export function deleteNamespace(name: string): void {
  for (const pid of pidsIn(name)) kill(pid);
  ip("netns", "delete", name);
}

const pidsIn = (namespace: string) => ip("netns", "pids", namespace).split("\n").filter(Boolean).map(Number);

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}
