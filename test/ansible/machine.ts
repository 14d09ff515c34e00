/** A node with its own systemd, sshd and apt, and the real ansible-playbook as the executor would run it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DEFAULT_SUITE } from "../../daemon/contract/netboot/suite.ts";
import { ansibleCommand, ansibleEnvironment, privateKey } from "../../daemon/executor/runs/ansible.ts";
import { defaultCache, prepareAssets, unpackImage } from "../../scripts/lab/assets.ts";
import { createNetwork, type LabNetwork } from "../../scripts/lab/network.ts";
import { startRelay } from "../../scripts/lab/relay.ts";
import { boot } from "../../scripts/lab/simulated/machine.ts";

const programs = ["systemd-nspawn", "ansible-playbook", "nginx", "ssh-keygen", "curl"];
const folders = ["/usr/bin", "/usr/sbin"];
const absent = programs.find((program) => !folders.some((folder) => existsSync(join(folder, program))));
export const noMachine: string | false = process.getuid?.() !== 0 ? "needs root" : absent ? `${absent} is not installed` : false;

const NAME = "n1";
const ADDRESS = "10.77.0.10";
const directory = join(import.meta.dirname, "../../ansible");

export interface RunOfAnsible {
  code: number | null;
  output: string;
  /** The counts of the recap: ok, changed, unreachable, failures, skipped. */
  counts: Record<string, number>;
  /** The messages of the failed tasks, from the events. */
  reasons: string[];
}

export interface Machine {
  network: LabNetwork;
  address: string;
  /** Runs `ansible/playbook.yaml`, or only these roles, with these variables of the host. */
  configure(variables: Record<string, unknown>, roles?: string[]): Promise<RunOfAnsible>;
  /** Runs one of `ansible/playbooks`. */
  run(playbook: string, variables: Record<string, unknown>): Promise<RunOfAnsible>;
  /** Opens a new SSH connection from the control node, and rejects when that fails. */
  ssh(command: string): Promise<string>;
  stop(): void;
}

export async function startMachine(): Promise<Machine> {
  const image = unpackImage(await prepareAssets(defaultCache, () => undefined), defaultCache);
  // Not in memory: the upper folder of an overlay must be on a real file system.
  const folder = mkdtempSync(join(tmpdir(), "muster-roles-"));
  const root = join(folder, "root");
  const network = createNetwork();
  const stops = [() => rmSync(folder, { recursive: true, force: true }), () => network.close()];
  const stop = () => {
    for (const step of stops.splice(0).reverse()) step();
  };
  try {
    const relay = await startRelay(network, folder, join(defaultCache, "packages"));
    stops.push(relay.close);
    const [upper, work] = [join(folder, "upper"), join(folder, "work")];
    for (const each of [root, upper, work]) mkdirSync(each);
    execFileSync("mount", ["-t", "overlay", "overlay", "-o", `lowerdir=${image},upperdir=${upper},workdir=${work}`, root]);
    stops.push(() => execFileSync("umount", ["-R", "-l", root]));
    install(folder, root, relay.url);
    const { namespace } = network.client("52:54:00:c1:00:01");
    const plugged = { network, namespace, name: NAME, mac: "52:54:00:c1:00:01", uuid: randomUUID() };
    // Without it, the node could set neither its address nor a packet filter.
    const system = boot(plugged, { root }, folder, ["--capability=CAP_NET_ADMIN"]);
    stops.push(() => system.kill("SIGKILL"));
    const run = ansible(network, folder);
    const machine: Machine = {
      network,
      address: ADDRESS,
      stop,
      configure: (variables, roles) => run("playbook.yaml", variables, roles),
      run: (playbook, variables) => run(`playbooks/${playbook}`, variables),
      ssh: ssh(network, folder),
    };
    await untilUp(machine, join(folder, "console"));
    return machine;
  } catch (error) {
    stop();
    throw error;
  }
}

/** Writes the files that an installer leaves: name, address, package source, host keys and the executor's key. */
function install(folder: string, root: string, mirror: string): void {
  mkdirSync(join(folder, "home"), { mode: 0o700 });
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", privateKey(join(folder, "home"))]);
  execFileSync("ssh-keygen", ["-A", "-f", root], { stdio: "ignore" });
  mkdirSync(join(root, "root/.ssh"), { mode: 0o700, recursive: true });
  writeFileSync(join(root, "root/.ssh/authorized_keys"), readFileSync(`${privateKey(join(folder, "home"))}.pub`), { mode: 0o600 });
  const hostKey = readFileSync(join(root, "etc/ssh/ssh_host_ed25519_key.pub"), "utf8").split(" ").slice(0, 2).join(" ");
  writeFileSync(join(folder, "known_hosts"), `${ADDRESS} ${hostKey}\n`);
  writeFileSync(join(root, "etc/hostname"), `${NAME}\n`);
  writeFileSync(join(root, "etc/systemd/network/10-test.network"), `[Match]\nName=eth0\n\n[Network]\nAddress=${ADDRESS}/16\n`);
  const sources = [
    `URIs: ${mirror}`,
    `Suites: ${DEFAULT_SUITE}`,
    "Components: main",
    "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
  ];
  writeFileSync(join(root, "etc/apt/sources.list.d/debian.sources"), `Types: deb\n${sources.join("\n")}\n`);
}

type Play = (playbook: string, variables: Record<string, unknown>, roles?: string[]) => Promise<RunOfAnsible>;

function ansible(network: LabNetwork, folder: string): Play {
  const settings = {
    directory,
    inventory: join(folder, "inventory.yaml"),
    knownHosts: join(folder, "known_hosts"),
    home: join(folder, "home"),
  };
  let runs = 0;
  return async (playbook, variables, roles) => {
    runs += 1;
    const events = join(folder, `events-${runs}`);
    const hosts = { [NAME]: { ansible_host: ADDRESS, ...variables } };
    writeFileSync(settings.inventory, JSON.stringify({ all: { children: { worker_nodes: { hosts } } } }));
    const members = [{ jobId: "roles", attempt: 1, node: NAME }];
    const { command, args } = ansibleCommand({ type: "run", members, playbook, deadlineSeconds: 3600 }, settings);
    if (roles) {
      const play = [{ hosts: "worker_nodes", gather_facts: false, roles }];
      args[args.length - 1] = join(folder, "roles.yaml");
      writeFileSync(join(folder, "roles.yaml"), JSON.stringify(play));
    }
    const child = network.spawn(command, args, {
      env: ansibleEnvironment(settings, { events }, `run${runs}`),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    const told = readFileSync(events, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const reasons = told.filter(({ event }) => event === "failed" || event === "unreachable").map(({ message }) => message as string);
    return { code, output, reasons, counts: told.at(-1)?.hosts?.[NAME] ?? {} };
  };
}

function ssh(network: LabNetwork, folder: string): Machine["ssh"] {
  const options = ["BatchMode=yes", "ControlPath=none", "ConnectTimeout=3", `UserKnownHostsFile=${join(folder, "known_hosts")}`];
  const args = ["-F", "none", "-i", privateKey(join(folder, "home")), ...options.flatMap((option) => ["-o", option]), `root@${ADDRESS}`];
  return (command) => network.run("ssh", [...args, command]);
}

/** The first run must change something, and the second must change nothing. */
export async function twice({ configure }: Machine, variables: Record<string, unknown>, roles?: string[]): Promise<void> {
  const first = await configure(variables, roles);
  assert.equal(first.code, 0, first.output);
  assert((first.counts.changed ?? 0) > 0, `nothing was changed: ${first.output}`);
  const second = await configure(variables, roles);
  assert.equal(second.code, 0, second.output);
  assert.equal(second.counts.changed, 0, second.output);
}

async function untilUp({ ssh }: Pick<Machine, "ssh">, console: string): Promise<void> {
  let last: unknown;
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(300)) {
    try {
      await ssh("systemctl is-system-running --wait || true");
      return;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`the machine did not come up: ${readFileSync(console, "utf8").slice(-1500)}`, { cause: last });
}
