/**
 * Starts the simulated nodes of `bench:provision`, which are sshd processes in network namespaces. Also starts the
 * processes that call home for all nodes from inside the network.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabNetwork } from "../lab/network.ts";

export interface CrowdMember {
  name: string;
  address: string;
  hostKey?: string;
}

export interface CrowdTask {
  key: string;
  members: CrowdMember[];
  way: "call-home" | "reprovision";
  inventory: string;
}

export interface CrowdResult {
  seconds: number;
  ready: number;
  runs: number;
  apiP99Ms: number;
  apiRequests: number;
  callHomeP99Ms: number;
  inventoryReads: number;
  inventoryInvalid: number;
}

/**
 * Hides the /root folder of this host, so that a simulated node does not run root's shell start files. The mount
 * exists only in the node's namespace.
 */
const AT_HOME = 'mount --bind "$1" /root && shift && exec "$@"';

export async function startSshNodes(network: LabNetwork, folder: string, publicKey: string, names: string[]): Promise<CrowdMember[]> {
  mkdirSync("/run/sshd", { recursive: true });
  const authorized = join(folder, "authorized_keys");
  copyFileSync(publicKey, authorized);
  const home = join(folder, "home");
  mkdirSync(home);
  const settings = [
    `AuthorizedKeysFile ${authorized}`,
    "PidFile none",
    "UsePAM no",
    "StrictModes no",
    "PermitRootLogin yes",
    "MaxStartups 100",
  ];
  const members: CrowdMember[] = [];
  for (const [index, name] of names.entries()) {
    const { namespace } = network.client();
    const hostKeyFile = join(folder, `host-key-${index + 1}`);
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", hostKeyFile]);
    const hostKey = readFileSync(`${hostKeyFile}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
    const address = `10.77.3.${index + 1}`;
    await network.run("ip", ["address", "add", `${address}/16`, "dev", "eth0"], { namespace });
    const sshd = ["/usr/sbin/sshd", "-D", "-f", "/dev/null", ...[`HostKey ${hostKeyFile}`, ...settings].flatMap((each) => ["-o", each])];
    network.spawn("/bin/sh", ["-c", AT_HOME, "sh", home, ...sshd], { namespace, stdio: "ignore" });
    members.push({ name, address, hostKey });
  }
  return members;
}

const program = join(import.meta.dirname, "provision-crowd.ts");

/** Runs the program in the daemon's network, where the daemon's API is reachable. */
export async function playCrowd(network: LabNetwork, folder: string, task: CrowdTask): Promise<CrowdResult> {
  const file = join(folder, `crowd-${task.way}.json`);
  writeFileSync(file, JSON.stringify(task));
  const output = await network.run(process.execPath, [program, "crowd", file]);
  return JSON.parse(output.trim().split("\n").at(-1) ?? "") as CrowdResult;
}
