/**
 * Creates an isolated network: a network namespace with a bridge, and without a route to other networks. The network
 * of the host is not changed.
 */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";

export interface LabNetwork {
  /** The name of the network namespace. */
  name: string;
  /** The IP address of the bridge, on which servers listen. */
  address: string;
  /** Adds a port to the bridge for a virtual machine, and returns the device name of the port. */
  tap(): string;
  /**
   * Adds a port to the bridge for clients that are ordinary programs. The port is one end of a veth pair, and the other
   * end is in a new namespace.
   */
  client(mac?: string): { namespace: string; device: string };
  /**
   * Starts a program inside the network. The returned process has the pid of the program itself, not of a wrapper. The
   * program is killed when the network is closed.
   */
  spawn(command: string, args: readonly string[], options?: SpawnOptions & { namespace?: string }): ChildProcess;
  /**
   * Runs a program inside the network and returns its output. Rejects with the program's error output if the program
   * failed.
   */
  run(command: string, args: readonly string[], options?: SpawnOptions & { namespace?: string }): Promise<string>;
  close(): void;
}

/**
 * The reason why no network can be created on this host, or false if a network can be created. The value fits the
 * `skip` option of node:test.
 */
export const noNetwork: string | false =
  process.getuid?.() !== 0 ? "needs root" : !existsSync("/usr/sbin/ip") && !existsSync("/sbin/ip") ? "needs iproute2" : false;

/**
 * The MAC address of each port is greater than the address of the previous port. A bridge uses the lowest MAC address
 * of its ports, so it keeps the address of its first port. If the bridge's address changed, machines could not reach
 * the bridge until their ARP entries expired.
 */
export const portAddress = (number: number) => `fe:4d:00:00:00:${number.toString(16).padStart(2, "0")}`;

let made = 0;

export function createNetwork(): LabNetwork {
  made += 1;
  // The name is short and unique: device names have at most 15 characters, and other tests run at the same time.
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

/** Kills every process in the namespace, because the started programs may have started others. */
export function deleteNamespace(name: string): void {
  for (const pid of pidsIn(name)) kill(pid);
  ip("netns", "delete", name);
}

const pidsIn = (namespace: string) => ip("netns", "pids", namespace).split("\n").filter(Boolean).map(Number);

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // The process has already ended by itself.
  }
}
