/** A daemon that is killed and restarted, with machines and a slow playbook that records each of its runs. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Event } from "../../../daemon/contract/event.ts";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { type LabDaemon, startDaemon } from "../../../scripts/lab/daemon.ts";
import { noNetwork } from "../../../scripts/lab/network.ts";
import { startTestDaemon, type TestDaemon } from "../daemon.ts";
import { NamespaceNode } from "../network/namespace-node.ts";

const repository = join(import.meta.dirname, "../../..");
const missing = ["/usr/sbin/sshd", "/usr/bin/ansible-playbook", "/bin/busybox"].find((program) => !existsSync(program));
export const noCrashLab: string | false = noNetwork || (missing ? `${missing} is not installed` : false);

export interface Process {
  pid: number;
  args: string[];
}

/** Long enough for a busy machine, because nothing here is a measurement. */
const PATIENCE_MS = 100_000;

export class CrashLab {
  readonly #test: TestDaemon;
  readonly #settings: Record<string, Record<string, unknown>>;
  readonly #controlUrl: string;
  readonly #watch: NodeJS.Timeout;
  readonly #doubled = new Set<string>();
  readonly #ownDisk: boolean;
  readonly key: string;
  daemon: LabDaemon;

  constructor(test: TestDaemon, settings: Record<string, Record<string, unknown>>, ownDisk: boolean) {
    this.#test = test;
    this.#ownDisk = ownDisk;
    this.#settings = settings;
    this.daemon = test.daemon;
    this.#controlUrl = `http://${test.network.address}:8000`;
    this.key = test.daemon.createKey("crash");
    this.#watch = setInterval(() => this.#look(), 150);
  }

  get dataDir(): string {
    return this.#test.daemon.dataDir;
  }

  /** Name of its namespace. */
  get network(): string {
    return this.#test.network.name;
  }

  /** Nodes on which two runs were seen at the same time. */
  get doubled(): string[] {
    return [...this.#doubled];
  }

  async start(): Promise<void> {
    const { network, folder } = this.#test;
    this.daemon = await startDaemon(network, {
      folder,
      dataDir: this.dataDir,
      dhcp: "full",
      mirror: `http://${network.address}/debian`,
      settings: this.#settings,
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    await this.daemon.stop();
    if (this.#ownDisk) execFileSync("umount", ["--lazy", this.dataDir]);
    await this.#test.stop();
  }

  /** Adds the node to the fleet and arms it. */
  async armed(name: string): Promise<NamespaceNode> {
    const { network, folder } = this.#test;
    const node = new NamespaceNode({ network, folder, authorizedKeys: join(this.dataDir, "executor/id_ed25519.pub") }, name);
    await this.#request("POST", "/api/nodes", { mac: node.mac, name });
    await this.#request("POST", `/api/nodes/${name}/arm`, {});
    return node;
  }

  callHome(node: NamespaceNode): Promise<number> {
    return node.bootFromDisk(this.#controlUrl);
  }

  node(name: string): Promise<Node> {
    return this.#request<Node>("GET", `/api/nodes/${name}`);
  }

  /** Provisions the node again with an empty journal. Returns the job's id. */
  async reprovision(name: string): Promise<string> {
    rmSync(join(this.#test.folder, "journal", name), { force: true });
    return (await this.#request<Job>("POST", `/api/nodes/${name}/reprovision`, {})).id;
  }

  async cancel(id: string): Promise<void> {
    await this.#request("POST", `/api/jobs/${id}/cancel`, {});
  }

  /** Returns the status code of the answer, whatever it is. */
  async tryCancel(id: string): Promise<number> {
    const args = ["-sS", "-m", "10", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "-H", `authorization: Bearer ${this.key}`];
    return Number(await this.#test.network.run("curl", [...args, `http://127.0.0.1:8000/api/jobs/${id}/cancel`]));
  }

  jobWith(id: string): Promise<Job> {
    return this.#request<Job>("GET", `/api/jobs/${id}`);
  }

  /** Path of a file in a job's folder. */
  runFile(id: string, name: string): string {
    return join(this.dataDir, "jobs", id, name);
  }

  async job(name: string): Promise<Job | undefined> {
    return (await this.#request<Job[]>("GET", `/api/jobs?node=${name}`))[0];
  }

  events(name?: string): Promise<Event[]> {
    return this.#request<Event[]>("GET", name === undefined ? "/api/events?limit=5000" : `/api/nodes/${name}/events`);
  }

  status(): Promise<{ executor: string; netboot: { alive: boolean } }> {
    return this.#request("GET", "/api/status");
  }

  /** The words that the playbook wrote on this node, one for each step. */
  journal(name: string): string {
    const file = join(this.#test.folder, "journal", name);
    return existsSync(file) ? readFileSync(file, "utf8").trim().replaceAll("\n", " ") : "";
  }

  /** Every process that names the daemon's data folder: the daemon and its runs. */
  processes(): Process[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => ({ pid: Number(name), args: commandLine(name) }))
      .filter(({ args }) => args.some((arg) => arg.includes(`${this.dataDir}/`) || arg === this.dataDir));
  }

  child(name: string): Process | undefined {
    return this.processes().find(({ args }) => args.includes("child") && args[args.indexOf("child") + 1] === name);
  }

  /** ssh, ansible and their wrapper: everything except the daemon itself. */
  runProcesses(): Process[] {
    return this.processes().filter(({ args }) => !args.includes("up") && !args.includes("child"));
  }

  /** True while the task that ignores SIGTERM runs. Only its environment names the data folder. */
  stubbornIsAtWork(): boolean {
    return readdirSync("/proc").some((name) => /^\d+$/.test(name) && commandLine(name).join(" ") === "sleep 301" && this.#isOurs(name));
  }

  #isOurs(pid: string): boolean {
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`${this.dataDir}/`);
    } catch {
      return false; // It ended by itself in the meantime.
    }
  }

  async until(what: string, holds: () => boolean | Promise<boolean>, everyMs = 150): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    let problem: unknown = "it never came true";
    while (Date.now() < deadline) {
      try {
        if (await holds()) return;
      } catch (error) {
        problem = error; // control may be down
      }
      await sleep(everyMs);
    }
    throw new Error(`waited in vain: ${what}\n${this.daemon.log().split("\n").slice(-15).join("\n")}`, { cause: problem });
  }

  untilPhase(name: string, phase: Node["state"]["phase"]): Promise<void> {
    return this.until(`${name} is ${phase}`, async () => (await this.node(name)).state.phase === phase);
  }

  async kill(process: Process): Promise<void> {
    signal(process.pid);
    await this.until(`${process.pid} is gone`, () => commandLine(String(process.pid)).length === 0);
  }

  /** Kills the daemon, its runs and their connections at once. */
  async killAll(): Promise<void> {
    await this.until("all is dead", () => {
      const alive = this.processes();
      for (const { pid } of alive) signal(pid);
      return alive.length === 0;
    });
  }

  async #request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const sent = body === undefined ? [] : ["-H", "content-type: application/json", "-d", JSON.stringify(body)];
    const args = ["-sS", "--fail-with-body", "-m", "10", "-X", method, "-H", `authorization: Bearer ${this.key}`, ...sent];
    return JSON.parse(await this.#test.network.run("curl", [...args, `http://127.0.0.1:8000${path}`])) as T;
  }

  #look(): void {
    const wrappers = this.runProcesses().filter(({ args }) => args[1]?.endsWith("run.sh"));
    // A wrapper's fork looks like the wrapper for a moment, but only the wrapper leads a process group.
    const leaders = wrappers.filter(({ pid }) => groupOf(pid) === pid);
    const limits = leaders.flatMap(({ args }) => args.filter((arg) => arg.startsWith("--limit=")));
    for (const [index, limit] of limits.entries()) if (limits.indexOf(limit) !== index) this.#doubled.add(limit);
  }
}

/** With `diskMib`, the data folder is on its own disk of that size. */
export async function startCrashLab(
  settings: Record<string, Record<string, unknown>> = {},
  { diskMib }: { diskMib?: number } = {},
): Promise<CrashLab> {
  const all = { netboot: { check_other_servers: false }, ansible: { concurrency: 1 }, ...settings };
  const test = await startTestDaemon({ settings: all });
  const ansible = join(test.folder, "ansible");
  cpSync(join(repository, "ansible"), ansible, { recursive: true });
  const journal = join(test.folder, "journal");
  mkdirSync(journal);
  writeFileSync(join(ansible, "playbook.yaml"), playbook(journal));
  const image = join(test.daemon.dataDir, "assets/image/13/amd64");
  mkdirSync(image, { recursive: true });
  for (const file of ["vmlinuz", "initrd.img", "root.tar.zst"]) writeFileSync(join(image, file), file);
  writeFileSync(join(image, "manifest.json"), JSON.stringify({ rootSha256: "0".repeat(64) }));
  // The configuration can name the folder only now, because it exists only now.
  await test.daemon.stop();
  if (diskMib !== undefined) await moveToSmallDisk(test.daemon.dataDir, diskMib);
  const lab = new CrashLab(test, { ...all, ansible: { ...all.ansible, directory: ansible } }, diskMib !== undefined);
  await lab.start();
  return lab;
}

/** `stubborn-…` nodes have a task that ignores SIGTERM. */
const playbook = (journal: string) => `
- hosts: worker_nodes
  gather_facts: false
  tasks:
    - name: begin
      ansible.builtin.shell: echo begin >> ${journal}/{{ inventory_hostname }}
    - name: ignore
      ansible.builtin.shell: trap '' TERM; sleep 301 # ${journal}
      delegate_to: localhost
      when: inventory_hostname.startswith('stubborn')
    - name: work
      ansible.builtin.command: sleep 2
    - name: end
      ansible.builtin.shell: echo end >> ${journal}/{{ inventory_hostname }}
`;

async function moveToSmallDisk(dataDir: string, mib: number): Promise<void> {
  const before = `${dataDir}-before`;
  renameSync(dataDir, before);
  mkdirSync(dataDir);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mib}m,mode=0750`, "tmpfs", dataDir]);
  cpSync(before, dataDir, { recursive: true, preserveTimestamps: true });
}

function signal(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean);
  } catch {
    return [];
  }
}

function groupOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
  } catch {
    return 0;
  }
}
