/**
 * The real executor on a real socket with real stores, forms and rules. A socket controlled by the test
 * replaces control. Tests build plans and approvals as control does, or deliberately differently.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { castVote, isRefusal, openApproval } from "../../../daemon/changes/approvals/approvals.ts";
import { inventoryFacts, knownNodes } from "../../../daemon/changes/known-nodes.ts";
import { makePlan } from "../../../daemon/changes/plans/planner.ts";
import { loadRunbooks } from "../../../daemon/changes/plans/runbook.ts";
import { bindingsOf, standingOf } from "../../../daemon/changes/standing.ts";
import { digestOf } from "../../../daemon/changes/tools/canonical.ts";
import { loadCatalogue, ourTools } from "../../../daemon/changes/tools/catalogue.ts";
import { type Config, parseConfig } from "../../../daemon/config/config.ts";
import { runVariables } from "../../../daemon/config/run-variables.ts";
import type { Role } from "../../../daemon/contract/admin/key.ts";
import type { Approval } from "../../../daemon/contract/changes/approval.ts";
import type { Execution } from "../../../daemon/contract/changes/execution.ts";
import { type PlannedWork, Proposal, type ProposalInput } from "../../../daemon/contract/changes/plan.ts";
import { FromExecutor } from "../../../daemon/contract/executor-protocol.ts";
import { createDataDir, type DataDir, dataDir } from "../../../daemon/data-dir.ts";
import { type Executor, startExecutor } from "../../../daemon/executor/server.ts";
import { playbooksIn, secretsIn } from "../../../daemon/jobs/playbooks/playbooks.ts";
import { InventoryFile } from "../../../daemon/machines/inventory/file.ts";
import { planSettings } from "../../../daemon/processes/executor/plan-settings.ts";
import { openStores, type Stores } from "../../../daemon/store/stores.ts";
import { ownPolicy } from "../own-policy.ts";
import { endProcessesOf } from "../processes/left-processes.ts";
import { PATIENCE_MS } from "../until.ts";

export interface LabNode {
  name: string;
  group: "dev" | "staging" | "prod";
  address?: string;
  port?: number;
  user?: string;
  hostKey?: string;
}

type Executed = Extract<FromExecutor, { type: "executed" }>;

const repository = join(import.meta.dirname, "../../..");

export class PlanLab {
  readonly folder = mkdtempSync(join(tmpdir(), "muster-plans-"));
  readonly data: DataDir = dataDir(join(this.folder, "data"));
  readonly forms = join(this.folder, "forms");
  readonly runbooks = join(this.folder, "runbooks");
  readonly messages: FromExecutor[] = [];
  ansibleDirectory = join(repository, "ansible");
  stores!: Stores;
  config!: Config;
  #executor: Executor | undefined;
  #control: Socket | undefined;
  #log = "";

  static async start(
    t: TestContext,
    nodes: readonly LabNode[],
    forms: Readonly<Record<string, string>>,
    runbooks: Readonly<Record<string, string>> = {},
    settings: Readonly<Record<string, unknown>> = {},
    /** Makes another Ansible folder than Muster's own in the folder of the laboratory. */
    ansibleFolder?: (folder: string) => string,
  ): Promise<PlanLab> {
    const lab = new PlanLab();
    t.after(() => lab.#end());
    if (ansibleFolder) lab.ansibleDirectory = ansibleFolder(lab.folder);
    createDataDir(lab.data);
    for (const folder of [lab.forms, lab.runbooks, join(lab.data.executor, "secrets")]) mkdirSync(folder, { mode: 0o700 });
    for (const [name, text] of Object.entries(forms)) writeFileSync(join(lab.forms, `${name}.yaml`), `name: ${name}\n${text}`);
    for (const [name, text] of Object.entries(runbooks)) writeFileSync(join(lab.runbooks, `${name}.yaml`), `name: ${name}\n${text}`);
    lab.config = parseConfig(
      JSON.stringify({ ...settings, tools: { forms_directory: lab.forms, runbooks_directory: lab.runbooks } }),
      "test",
    );
    lab.stores = openStores(lab.data.database);
    lab.addNodes(nodes);
    await lab.startExecutor();
    return lab;
  }

  secret(name: string, value: string): void {
    writeFileSync(join(this.data.executor, "secrets", name), `${value}\n`, { mode: 0o600 });
  }

  /** Adds all nodes at once, because the inventory is written for exactly these. */
  addNodes(nodes: readonly LabNode[]): void {
    for (const node of nodes) this.#add(node);
    this.#writeInventory(nodes);
  }

  #writeInventory(nodes: readonly LabNode[]): void {
    const host = ({ name, address, port, user }: LabNode) => [
      name,
      { ...(address && { ansible_host: address }), ...(port && { ansible_port: port }), ...(user && { ansible_user: user }) },
    ];
    const groups = (["dev", "staging", "prod"] as const).map((group) => [
      group,
      { hosts: Object.fromEntries(nodes.filter((node) => node.group === group).map(({ name }) => [name, {}])) },
    ]);
    const children = { worker_nodes: { hosts: Object.fromEntries(nodes.map(host)) }, ...Object.fromEntries(groups) };
    writeFileSync(this.data.inventory, JSON.stringify({ all: { children } }));
  }

  async startExecutor(): Promise<void> {
    const log = pino({ level: "debug" }, { write: (line) => (this.#log += line) });
    const { data } = this;
    this.#executor = await startExecutor({
      socketPath: data.executorSocket,
      jobsDir: data.jobs,
      log,
      graceMs: 500,
      power: this.config.machines.power,
      plans: planSettings(this.config, data, {}),
      ansible: {
        directory: this.ansibleDirectory,
        inventory: data.inventory,
        knownHosts: data.knownHosts,
        home: data.executor,
        secretVariables: secretsIn(this.ansibleDirectory),
      },
    });
    await this.connect();
  }

  /** Ends the executor as a restart of the daemon does: its processes continue, its connections end. */
  async leaveExecutor(graceMs?: number): Promise<void> {
    this.#control?.destroy();
    await this.#executor?.leave(graceMs);
  }

  async connect(): Promise<void> {
    this.#control?.destroy();
    this.messages.length = 0;
    const control = connect(this.data.executorSocket);
    this.#control = control;
    createInterface({ input: control })
      .on("line", (line) => void this.messages.push(FromExecutor.parse(JSON.parse(line))))
      .on("error", () => undefined);
    control.on("error", () => undefined);
    await this.until("hello", ({ type }) => type === "hello");
  }

  get closed(): boolean {
    return this.#control?.destroyed ?? true;
  }

  send(message: unknown): void {
    this.#control?.write(`${JSON.stringify(message)}\n`);
  }

  /** Everything the executor logged. */
  log(): string {
    return this.#log;
  }

  async until<T extends FromExecutor>(what: string, holds: (message: FromExecutor) => boolean): Promise<T> {
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(10)) {
      const found = this.messages.find(holds);
      if (found) return found as T;
    }
    throw new Error(`waited in vain: ${what}; got ${this.messages.map((message) => JSON.stringify(message)).join("\n")}`);
  }

  /** Returns the result, or the reason of the refusal. */
  async execute(executionId: string): Promise<Executed | string> {
    this.send({ type: "execute", executionId });
    const answer = await this.until<Executed | Extract<FromExecutor, { type: "execution-refused" }>>(
      "an end",
      (message) => (message.type === "executed" || message.type === "execution-refused") && message.executionId === executionId,
    );
    return answer.type === "executed" ? answer : answer.reason;
  }

  plan(input: ProposalInput, role: Role = "operator"): PlannedWork {
    const proposal = Proposal.parse(input);
    const catalogue = loadCatalogue([ourTools, this.forms], playbooksIn(this.ansibleDirectory));
    const who = { keyId: "key-of-ann", name: "ann", role };
    const { plan, coverage, decision, bindings } = standingOf(
      {
        plan: (wanted) =>
          makePlan(wanted, {
            catalogue,
            runbooks: loadRunbooks([this.runbooks], catalogue),
            nodes: knownNodes(
              this.stores.nodes.list(),
              inventoryFacts(new InventoryFile(this.data.inventory), runVariables(this.config))(),
            ),
          }),
        policy: this.policy,
      },
      proposal,
      who,
    );
    const work: PlannedWork = {
      id: randomUUID(),
      plan,
      hash: bindings.planHash,
      previewHash: bindings.previewHash,
      coverage,
      decision,
      reason: proposal.reason,
      requestedBy: who.name,
      requesterKeyId: who.keyId,
      requesterRole: role,
      createdAt: new Date().toISOString(),
    };
    this.stores.plans.add(work, proposal, digestOf(proposal));
    return work;
  }

  get policy() {
    return ownPolicy();
  }

  /** Bea (operator) and Cem (admin) vote yes. */
  approve(work: PlannedWork, executeSeconds = 900): Approval {
    let approval: Approval = openApproval(
      work,
      bindingsOf(work.plan, this.policy.version),
      { decideSeconds: 900, executeSeconds },
      new Date(),
    );
    for (const [name, role] of [
      ["bea", "operator"],
      ["cem", "admin"],
    ] as const) {
      const voted = castVote(approval, { keyId: `key-of-${name}`, by: name, role, answer: "approve", reason: "" }, new Date());
      if (!isRefusal(voted)) approval = voted;
    }
    this.stores.approvals.add(approval);
    return approval;
  }

  /** Saves the execution as control does before it notifies the executor. */
  begin(work: PlannedWork, approval?: Approval, change: Partial<Execution> = {}): string {
    const execution: Execution = {
      id: randomUUID(),
      planId: work.id,
      planHash: work.hash,
      ...(approval && { approvalId: approval.id }),
      status: "running",
      steps: [],
      requestedBy: work.requestedBy,
      createdAt: new Date().toISOString(),
      ...change,
    };
    this.stores.executions.add(execution);
    return execution.id;
  }

  #add({ name, address, hostKey }: LabNode): void {
    const now = new Date().toISOString();
    const id = `id-of-${name}`;
    const mac = `52:54:00:00:00:${(this.stores.nodes.list().length + 16).toString(16)}`;
    this.stores.registry.add(
      {
        id,
        name,
        macs: [mac],
        state: { phase: "ready", since: now },
        ...(address && { address }),
        facts: {},
        createdAt: now,
        updatedAt: now,
      },
      { source: "control", type: "node.discovered", summary: "made for a test" },
    );
    if (hostKey !== undefined) this.stores.hostKeys.pin(id, hostKey, new Date());
  }

  async #end(): Promise<void> {
    await this.leaveExecutor().catch(() => undefined);
    endProcessesOf(this.folder);
    this.stores?.db.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
