/** Engine and executor with the real ansible-playbook and a real sshd on loopback, in their own folder. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { ExecutorLink } from "../../../daemon/executor-link/link.ts";
import { type EngineParts, heardByJobs, JobEngine } from "../../../daemon/jobs/engine.ts";
import { isLive } from "../../../daemon/jobs/status.ts";
import { createLog } from "../../../daemon/log/log.ts";
import { redact } from "../../../daemon/log/redact.ts";
import { Inventory } from "../../../daemon/machines/inventory/inventory.ts";
import { KnownHosts } from "../../../daemon/machines/inventory/known-hosts.ts";
import { failureOf, TodoFile } from "../../../daemon/machines/inventory/todo.ts";
import { until } from "../../support/until.ts";
import { addNode, openWorld, type World } from "../../support/world.ts";

const missing = ["/usr/sbin/sshd", "/usr/bin/ansible-playbook"].find((program) => !existsSync(program));
/** The reason why these tests cannot run here, or false. */
export const skip = missing ? `${missing} is not installed` : process.getuid?.() === 0 ? false : "needs root for sshd";

const repository = join(import.meta.dirname, "../../..");
const log = createLog("test", process.env.MUSTER_TEST_LOG ?? "silent");

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

export const processesWith = (text: string): string[] =>
  spawnSync("pgrep", ["-f", text], { encoding: "utf8" }).stdout.split("\n").filter(Boolean);

/** A command that forks, ignores SIGTERM, leaves the group and closes its files. Its sleeps have a unique number of seconds. */
export const stubborn = (mark: string) =>
  `trap '' TERM HUP; sleep ${mark} & setsid sleep ${mark} & (setsid sh -c "trap '' TERM; sleep ${mark}" </dev/null >/dev/null 2>&1 &) ; sleep ${mark}`;

export class EngineLab {
  readonly folder = mkdtempSync(join(tmpdir(), "muster-engine-"));
  readonly world: World = openWorld(this.at("muster.db"));
  port = 0;
  hostKey = "";
  engine!: JobEngine;
  link!: ExecutorLink;
  executor!: ChildProcess;
  #sshd: ChildProcess | undefined;

  at(...names: string[]): string {
    return join(this.folder, ...names);
  }

  async start(): Promise<void> {
    this.port = await freePort();
    for (const name of ["home", "jobs", "sshd"]) mkdirSync(this.at(name), { mode: 0o700 });
    cpSync(join(repository, "ansible"), this.at("ansible"), { recursive: true });
    // An SSH connection takes long on a busy machine.
    const settings = readFileSync(this.at("ansible/ansible.cfg"), "utf8");
    writeFileSync(this.at("ansible/ansible.cfg"), settings.replace(/^timeout = .*/m, "timeout = 300"));
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", this.at("sshd/host")]);
    this.startExecutor();
    // Its public half appears last, and complete.
    await until("the executor's key", () => existsSync(this.at("home/id_ed25519.pub")));
    cpSync(this.at("home/id_ed25519.pub"), this.at("sshd/authorized_keys"));
    this.hostKey = readFileSync(this.at("sshd/host.pub"), "utf8").split(" ").slice(0, 2).join(" ");
    this.startSshd();
    this.startEngine();
  }

  async stop(): Promise<void> {
    this.engine.stop();
    this.link.close();
    this.#sshd?.kill();
    this.executor.kill("SIGKILL");
    await sleep(100);
    rmSync(this.folder, { recursive: true });
  }

  startExecutor(options: { outputLimitBytes?: number } = {}): void {
    const settings = {
      socketPath: this.at("executor.sock"),
      jobsDir: this.at("jobs"),
      graceMs: 700,
      ansible: {
        directory: this.at("ansible"),
        inventory: this.at("inventory.yaml"),
        knownHosts: this.at("known_hosts"),
        home: this.at("home"),
      },
      ...options,
    };
    const program = `
      import { startExecutor } from ${JSON.stringify(join(repository, "daemon/executor/server.ts"))};
      import { createLog } from ${JSON.stringify(join(repository, "daemon/log/log.ts"))};
      import { secretsIn } from ${JSON.stringify(join(repository, "daemon/jobs/playbooks/playbooks.ts"))};
      import { Power } from ${JSON.stringify(join(repository, "daemon/machines/power/settings.ts"))};
      const settings = ${JSON.stringify(settings)};
      settings.ansible.secretVariables = secretsIn(settings.ansible.directory);
      await startExecutor({ ...settings, power: Power.parse({}), log: createLog("executor", "silent") });
    `;
    this.executor = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "inherit", "inherit"] });
  }

  /** The deadline passes now: the executor reads the record of the run again, with another deadline. */
  async passDeadline(jobId: string): Promise<void> {
    this.executor.kill("SIGKILL");
    await once(this.executor, "exit");
    const file = this.at("jobs", jobId, "1.run.json");
    const record = JSON.parse(readFileSync(file, "utf8")) as { request: object };
    writeFileSync(file, JSON.stringify({ ...record, request: { ...record.request, deadlineSeconds: 1 } }));
    this.startExecutor();
  }

  startSshd(): void {
    mkdirSync("/run/sshd", { recursive: true });
    const options = [
      `Port ${this.port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${this.at("sshd/host")}`,
      `AuthorizedKeysFile ${this.at("sshd/authorized_keys")}`,
      "PidFile none",
      "UsePAM no",
      "StrictModes no",
      "PermitRootLogin yes",
      "PasswordAuthentication no",
    ];
    this.#sshd = spawn("/usr/sbin/sshd", ["-D", "-f", "/dev/null", ...options.flatMap((option) => ["-o", option])], { stdio: "ignore" });
  }

  stopSshd(): void {
    this.#sshd?.kill();
  }

  startEngine(parts: Partial<EngineParts> = {}): void {
    const todo = new TodoFile(this.at("TODO.md"));
    this.link = new ExecutorLink(this.at("executor.sock"), log);
    this.link.on(heardByJobs, (message) => this.engine.receive(message));
    this.engine = new JobEngine({
      ...this.world,
      executor: this.link,
      jobsDir: this.at("jobs"),
      playbook: "playbook.yaml",
      limits: { runs: 4, waveSize: 50, gatherMs: 0, quietMs: 0 },
      deadlineSeconds: { ansible: 3600 },
      log,
      redact,
      onSuccess: (job) => todo.solved(job, (id) => this.world.jobs.find(id)),
      onFailure: (job, node, output) => todo.add(failureOf(job, node, output)),
      ...parts,
    });
    this.engine.start();
    this.link.start();
  }

  /** Control restarts with other settings. */
  restartEngine(parts: Partial<EngineParts> = {}): void {
    this.engine.stop();
    this.link.close();
    this.startEngine(parts);
  }

  todo(): string {
    return existsSync(this.at("TODO.md")) ? readFileSync(this.at("TODO.md"), "utf8") : "";
  }

  /** A node that called home, with its own playbook. */
  async calledHome(name: string, tasks: string, { port = this.port, hostKey = this.hostKey } = {}): Promise<Node> {
    this.playbook(tasks);
    const node = addNode(this.world, { phase: "called-home", at: new Date().toISOString(), deadline: new Date().toISOString() }, name);
    await new Inventory(this.at("inventory.yaml")).upsertHost({ name, address: "127.0.0.1", port });
    await new KnownHosts(this.at("known_hosts")).write([{ address: "127.0.0.1", hostKey, port }]);
    return node;
  }

  /** Trusts the one sshd at all of these ports. */
  async trust(ports: number[]): Promise<void> {
    const keys = ports.map((port) => ({ address: "127.0.0.1", hostKey: this.hostKey, port }));
    await new KnownHosts(this.at("known_hosts")).write(keys);
  }

  playbook(tasks: string): void {
    const play = `- hosts: worker_nodes\n  gather_facts: false\n  tasks:\n${tasks.replace(/^/gm, "    ")}\n`;
    writeFileSync(this.at("ansible/playbook.yaml"), play);
  }

  /** Adds a play after the existing one. */
  laterPlay(tasks: string, keywords: string): void {
    const play = `- hosts: worker_nodes\n  gather_facts: false\n${keywords.replace(/^/gm, "  ")}\n  tasks:\n${tasks.replace(/^/gm, "    ")}\n`;
    appendFileSync(this.at("ansible/playbook.yaml"), play);
  }

  async ended(id: string): Promise<Job> {
    const job = () => this.world.jobs.find(id);
    await until(`job ${id} ends`, () => !isLive(job()?.status ?? "queued"));
    return job() as Job;
  }

  phase(node: Node): string | undefined {
    return this.world.nodes.findById(node.id)?.state.phase;
  }

  /** The types of the node's events, oldest first. */
  story(node: Node): string[] {
    return this.world.events.ofNode(node.id, 0, 100).map(({ type }) => type);
  }
}
