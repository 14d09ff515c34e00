/**
 * The real daemon in its own network, two nodes with a real sshd, and a server outside that records what
 * leaks.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Role } from "../../daemon/contract/admin/key.ts";
import { createDataDir, type DataDir, dataDir } from "../../daemon/data-dir.ts";
import { openStores } from "../../daemon/store/stores.ts";
import { type LabDaemon, startDaemon } from "../../scripts/lab/daemon.ts";
import { type Door, openDoor } from "../../scripts/lab/door.ts";
import { createNetwork, type LabNetwork } from "../../scripts/lab/network.ts";
import { addNode } from "../support/world.ts";

const ATTACKER = "10.77.0.66";
const nodes = { n1: "prod", n2: "dev" } as const;
const addresses = { n1: "10.77.0.11", n2: "10.77.0.12" };
const repository = join(import.meta.dirname, "../..");

/**
 * These programs would change a machine, so stubs replace them and only record the call, because the nodes
 * share this machine. None of them is needed by a login shell, whose start-up files are this machine's too.
 */
const changing = ["systemctl", "apt-get", "nft", "reboot", "shutdown", "wipefs", "useradd"];

export interface MintedKey {
  id: string;
  key: string;
}

export interface Lab {
  folder: string;
  data: DataDir;
  network: LabNetwork;
  daemon: LabDaemon;
  url: string;
  attacker: string;
  /** The folder of important files on node n1. */
  files: string;
  key(name: string): MintedKey;
  /** The recorded calls of such programs on the nodes, and the data that reached the attacker. */
  effects(): string;
  received(): string;
  stop(): Promise<void>;
}

/** `people`: a key for each, by name. */
export async function startLab(people: Readonly<Record<string, { role: Role; owner: string }>>): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), "muster-replay-"));
  const network = createNetwork();
  const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true }), () => network.close()];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const data = dataDir(join(folder, "data"));
    const files = join(folder, "n1");
    createDataDir(data);
    for (const place of [files, join(folder, "forms"), join(folder, "programs"), join(files, "spool")]) mkdirSync(place);
    for (const file of ["effects", "received"]) writeFileSync(join(folder, file), "");
    writeFileSync(join(files, "precious"), "to be kept\n");
    writeFileSync(join(folder, "n1-authorized-keys"), "");
    writeAnsible(folder, files);
    writePrograms(folder, files);
    writeFileSync(
      join(folder, "forms/erase.yaml"),
      'name: erase\ndescription: For a test.\nexecution: { method: ssh, requires_target: true }\nparameters:\n  - { name: path, description: What, required: true, pattern: "/.+", example: /tmp/x }\ncommand: [wipefs, --all, "{path}"]\n',
    );
    const hostKeys = startNodes(network, folder, data);
    const keys = prepareData(data, hostKeys, people);
    writeServer(folder);
    serve(network, folder, ATTACKER, join(folder, "received"));
    const daemon = await startDaemon(network, {
      folder,
      dataDir: data.root,
      dhcp: "full",
      mirror: `http://${network.address}/debian`,
      settings: {
        netboot: { dhcp: "off", range: undefined },
        machines: { call_home: { networks: ["10.77.0.0/16"], relayed: ["10.77.0.1/32", "127.0.0.0/8"] } },
        ansible: { directory: join(folder, "ansible"), unreachable_retries: 0, gather_seconds: 5 },
        tools: { forms_directory: join(folder, "forms") },
      },
    });
    stops.push(() => daemon.stop());
    const door: Door = await openDoor(network, folder, 8000, 0);
    stops.push(() => door.close());
    const read = (file: string) => readFileSync(join(folder, file), "utf8");
    return {
      folder,
      data,
      network,
      daemon,
      url: door.url,
      attacker: ATTACKER,
      files,
      key: (name) => keys.get(name) ?? missing(name),
      effects: () => read("effects"),
      received: () => read("received"),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Answers any client on port 80 with the file in the path, and records client and path. */
function writeServer(folder: string): void {
  writeFileSync(
    join(folder, "server.mjs"),
    `import { createServer } from "node:http";
import { appendFileSync, readFileSync } from "node:fs";
const [, , answers, log] = process.argv;
createServer((request, response) => {
  appendFileSync(log, request.method + " " + request.url + "\\n");
  try { response.end(readFileSync(answers + request.url)); } catch { response.end("nothing here\\n"); }
}).listen(80);
`,
  );
}

function serve(network: LabNetwork, folder: string, address: string, log: string, namespace = place(network, address)): void {
  network.spawn(process.execPath, [join(folder, "server.mjs"), join(folder, "answers"), log], { namespace, stdio: "ignore" });
}

/** A separate machine at this address. */
function place(network: LabNetwork, address: string): string {
  const { namespace, device } = network.client();
  execFileSync("ip", ["-n", namespace, "address", "add", `${address}/16`, "dev", device]);
  return namespace;
}

function startNodes(network: LabNetwork, folder: string, data: DataDir): Record<string, string> {
  const keyFile = join(data.executor, "id_ed25519");
  keygen(keyFile);
  mkdirSync("/run/sshd", { recursive: true });
  return Object.fromEntries(
    Object.entries(addresses).map(([name, address]) => {
      const host = join(folder, `${name}-host`);
      keygen(host);
      const authorized = join(folder, `${name}-authorized-keys`);
      writeFileSync(authorized, readFileSync(`${keyFile}.pub`));
      const options = [`HostKey ${host}`, `AuthorizedKeysFile ${authorized}`, "PidFile none", "UsePAM no", "StrictModes no"].concat([
        "PermitRootLogin yes",
        "PasswordAuthentication no",
        `SetEnv PATH=${join(folder, "programs")}:/usr/bin:/bin`,
      ]);
      const namespace = place(network, address);
      const args = ["-D", "-f", "/dev/null", ...options.flatMap((option) => ["-o", option])];
      network.spawn("/usr/sbin/sshd", args, { namespace, stdio: "ignore" });
      writeServer(folder);
      serve(network, folder, address, join(folder, `${name}-asked`), namespace);
      return [name, readFileSync(`${host}.pub`, "utf8").split(" ").slice(0, 2).join(" ")];
    }),
  );
}

const keygen = (file: string) => execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);

function prepareData(data: DataDir, hostKeys: Record<string, string>, people: Parameters<typeof startLab>[0]): Map<string, MintedKey> {
  const world = openStores(data.database);
  try {
    for (const [name, address] of Object.entries(addresses)) {
      const node = addNode(world, { phase: "ready", since: new Date().toISOString() }, name);
      const event = { source: "control", type: "node.ready", summary: "made for a test" } as const;
      world.registry.update(node.id, (was) => ({ node: { ...was, address }, event }));
      world.hostKeys.pin(node.id, hostKeys[name] ?? missing(name), new Date());
    }
    const hosts = Object.entries(addresses).map(([name, address]) => `        ${name}: { ansible_host: ${address} }\n`);
    const groups = Object.entries(nodes).map(([name, group]) => `    ${group}:\n      hosts:\n        ${name}: {}\n`);
    writeFileSync(data.inventory, `all:\n  children:\n    worker_nodes:\n      hosts:\n${hosts.join("")}${groups.join("")}`);
    const keys = Object.entries(people).map(([name, { role, owner }]) => {
      const { key, secret } = world.keys.create(name, role, new Date(), { owner });
      return [name, { id: key.id, key: secret }] as const;
    });
    mkdirSync(join(data.executor, "secrets"), { mode: 0o700 });
    writeFileSync(join(data.executor, "secrets/postgresql_password"), "corrosive-Tulip-91\n", { mode: 0o600 });
    return new Map(keys);
  } finally {
    world.db.close();
  }
}

function writePrograms(folder: string, files: string): void {
  const programs = join(folder, "programs");
  const write = (name: string, script: string) => {
    writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(programs, name), 0o755);
  };
  for (const name of changing) write(name, `case "$1" in list|list-*|status|show) exit 0;; esac\necho ${name} "$@" >> ${folder}/effects`);
  write("journalctl", `cat ${files}/journal`);
}

function writeAnsible(folder: string, files: string): void {
  const directory = join(folder, "ansible");
  mkdirSync(join(directory, "playbooks"), { recursive: true });
  cpSync(join(repository, "ansible/ansible.cfg"), join(directory, "ansible.cfg"));
  const play = (tasks: string) => `- name: Play\n  hosts: ~^(worker|controller)_nodes$\n  gather_facts: false\n  tasks:\n${tasks}`;
  writeFileSync(join(directory, "playbook.yaml"), play("    - ansible.builtin.command: 'true'\n"));
  writeFileSync(
    join(directory, "playbooks/say.yaml"),
    `# Says what the node has to say.\n# muster: read-only\n${play(`    - ansible.builtin.command: cat ${files}/orders\n      register: said\n      changed_when: false\n    - ansible.builtin.debug: { msg: "{{ said.stdout_lines }}" }\n`)}`,
  );
}

const missing = (name: string): never => {
  throw new Error(`there is no ${name} in this test`);
};
