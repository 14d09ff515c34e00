/** Checks the ports that the daemon needs, and searches for another DHCP server on the boot network. */
import { execFile, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Config } from "../config/config.ts";
import { type BootInterface, bootInterfaces } from "../config/netboot.ts";
import type { Check } from "../contract/admin/doctor.ts";
import { holdersOn } from "./port-holders.ts";

/** Returns true if our own daemon runs. Ports that our own daemon uses are not a problem. */
export async function ourDaemonAnswers({ admin: { control } }: Config): Promise<boolean> {
  const host =
    control.host === "0.0.0.0"
      ? "127.0.0.1"
      : control.host.includes(":")
        ? `[${control.host === "::" ? "::1" : control.host}]`
        : control.host;
  try {
    const response = await fetch(`http://${host}:${control.port}/health`, { signal: AbortSignal.timeout(3000) });
    return /^\{"status":"(ok|initializing)"\}$/.test(await response.text());
  } catch {
    return false; // no program listens on the port, or another program does
  }
}

export async function portChecks({ admin: { control }, netboot }: Config): Promise<Check[]> {
  const checks = [
    await tcpCheck("admin.control.port", control.host, control.port),
    await tcpCheck("netboot.http_port", "0.0.0.0", netboot.http_port),
  ];
  const all = bootInterfaces(netboot);
  // The search for other DHCP servers takes seconds, so all cards are checked at the same time.
  const each = await Promise.all(all.map((card) => interfaceChecks(card, all.length > 1 ? ` on ${card.interface}` : "")));
  return [...checks, ...each.flat()];
}

async function interfaceChecks(
  { interface: card, dhcp: mode, tftp_port, check_other_servers }: BootInterface,
  where: string,
): Promise<Check[]> {
  // Port 0 needs no check, because the system then chooses a free port.
  const tftp = tftp_port > 0 ? [launcherCheck(`netboot.tftp_port ${tftp_port}${where}`, card, { tftp: tftp_port })] : [];
  if (mode === "off") return tftp;
  const dhcp = launcherCheck(`DHCP ports 67 and 4011${where}`, card, { dhcp: 67, pxe4011: 4011 });
  const rival = dhcp.ok && mode === "full" && check_other_servers ? [await rivalCheck(card, where)] : [];
  return [...tftp, dhcp, ...rival];
}

async function tcpCheck(key: string, host: string, port: number): Promise<Check> {
  const name = `${key} ${port}`;
  const problem = await listenProblem(host, port);
  if (problem === undefined) return { name, ok: true, detail: "free" };
  if (problem === "EADDRINUSE")
    return { name, ok: false, detail: `${holder("-ltnpH", port)} listens there`, advice: `Stop it, or change ${key} in muster.yaml.` };
  if (problem === "EACCES")
    return { name, ok: false, detail: "only root may use ports below 1024", advice: `Run as root, or change ${key} in muster.yaml.` };
  return { name, ok: false, detail: `cannot listen on ${host}: ${problem}`, advice: "Check that the address is one of this machine's." };
}

const listenProblem = (host: string, port: number) =>
  new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });

const launcher = join(import.meta.dirname, "../../pxe/bind-sockets.py");

/** Binds the sockets in the same way as the netboot process, with the same permissions and interface. */
function launcherCheck(name: string, card: string, ports: Record<string, number>): Check {
  const sockets = Object.entries(ports).map(([socket, port]) => `${socket}=${port}`);
  const { status, stderr } = spawnSync("/usr/bin/python3", [launcher, card, ...sockets, "--", "true"], {
    encoding: "utf8",
    timeout: 10_000,
  });
  if (status !== 0)
    return {
      name,
      ok: false,
      detail: stderr.trim().split("\n").at(-1) ?? "cannot be bound",
      advice: "Stop the program that holds it (`ss -lunp` shows it). Low ports need root, or the sockets of scripts/systemd/install.",
    };
  // Two programs can bind the same UDP port if both allow sharing. One of the two programs then receives no packets.
  const holders = Object.values(ports).flatMap((port) => holdersOn(card, listing(port)).map((holder) => ({ ...holder, port })));
  const other = holders.find(({ ours }) => !ours);
  if (other)
    return {
      name,
      ok: false,
      detail: `${other.who} has UDP port ${other.port}`,
      advice: `Stop it, or exclude ${card} from its interfaces.`,
    };
  return { name, ok: true, detail: holders.length > 0 ? "kept open for the daemon by systemd" : "free" };
}

const listing = (port: number): string => spawnSync("ss", ["-lunpH", `sport = :${port}`], { encoding: "utf8", timeout: 5000 }).stdout ?? "";

/**
 * Returns the name and process id of the program that uses the port. Returns "another program" if this user may
 * not see the name and the process id.
 */
function holder(how: string, port: number): string {
  const { stdout } = spawnSync("ss", [how, `sport = :${port}`], { encoding: "utf8", timeout: 5000 });
  const found = /users:\(\("([^"]+)",pid=(\d+)/.exec(stdout ?? "");
  return found ? `${found[1]} (process ${found[2]})` : "another program";
}

/**
 * Searches for other DHCP servers in a separate process. The launcher binds the socket and can pass the socket only
 * to a new process.
 */
async function rivalCheck(card: string, where: string): Promise<Check> {
  const pxe = join(import.meta.dirname, "../../pxe");
  const program = `import { probeDhcpServers } from ${JSON.stringify(join(pxe, "dhcp/lan/probe.ts"))};
    import { inheritedSockets, socketName } from ${JSON.stringify(join(pxe, "inherited-sockets.ts"))};
    console.log(JSON.stringify(await probeDhcpServers({ fd: inheritedSockets(process.env).get(socketName("probe", ${JSON.stringify(card)})) }, { waitMs: 5000 })));`;
  const args = [launcher, card, "probe=68", "--", process.execPath, "--input-type=module", "-e", program];
  const name = `other DHCP servers${where}`;
  try {
    const { stdout } = await promisify(execFile)("/usr/bin/python3", args, { timeout: 20_000 });
    const others = JSON.parse(stdout) as { server: string }[];
    if (others.length === 0) return { name, ok: true, detail: "none answered" };
    return {
      name,
      ok: false,
      detail: `${others.map(({ server }) => server).join(", ")} answers on ${card}`,
      advice: "Switch it off, or use netboot.dhcp: proxy, which hands out no addresses.",
    };
  } catch (error) {
    return {
      name,
      ok: false,
      detail: `the search failed: ${error instanceof Error ? error.message.split("\n").at(-1) : error}`,
      advice: "A DHCP client of this machine may hold UDP port 68. Stop it on this card.",
    };
  }
}
