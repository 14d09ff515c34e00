/** The executor's unix socket, to which only control connects. The socket accepts only messages of the protocol's schema. */
import { once } from "node:events";
import { chmodSync, chownSync, renameSync, rmSync, statSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { type FromExecutor, ToExecutor } from "../contract/executor-protocol.ts";
import { explain } from "../errors/errors.ts";
import { PeriodicTask } from "../errors/periodic-task.ts";
import type { Log } from "../log/log.ts";
import type { Power } from "../machines/power/settings.ts";
import type { CheckSources } from "./executions/execution-check.ts";
import { PlanExecutions, type PlanExecutionsOptions } from "./executions/executions.ts";
import { NodeTurns } from "./node-turns.ts";
import { PowerActions } from "./power/switching.ts";
import { type AnsibleSettings, privateKey } from "./runs/ansible.ts";
import { keepOutputShort } from "./runs/output-upkeep.ts";
import { first } from "./runs/run-files.ts";
import { Runner } from "./runs/runner.ts";
import { ensureSshKey } from "./ssh-key.ts";
import type { StepMeans } from "./steps/perform.ts";
import { Secrets } from "./steps/secrets.ts";
import { SshLines } from "./steps/ssh.ts";

export interface ExecutorOptions {
  socketPath: string;
  jobsDir: string;
  ansible: AnsibleSettings;
  power: Power;
  /** The settings for plans. Without these settings, the executor runs no plans. */
  plans?: PlanSettings;
  log: Log;
  graceMs?: number;
  outputLimitBytes?: number;
  /** The number of days for which the output of an ended job is kept. */
  outputDays?: number;
}

export interface PlanSettings extends Pick<StepMeans, "sshPlace" | "valuesNow"> {
  governed: CheckSources;
}

const HEARTBEAT_MS = 2000;
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;
const OUTPUT_DAYS = 90;
const LEAVE_MS = 500;

export interface Executor {
  /**
   * Stops the executor but not its processes. The next executor takes over the processes. A step that has no process of its
   * own gets this time to end.
   */
  leave(patienceMs?: number): Promise<void>;
}

export async function startExecutor({
  socketPath,
  jobsDir,
  ansible,
  power,
  plans,
  log,
  graceMs = 10_000,
  outputLimitBytes = OUTPUT_LIMIT_BYTES,
  outputDays = OUTPUT_DAYS,
}: ExecutorOptions): Promise<Executor> {
  await ensureSshKey(ansible.home);
  const controls = new Set<Socket>();
  const tell = (message: FromExecutor) => {
    for (const control of controls) control.write(`${JSON.stringify(message)}\n`);
  };
  const runner = new Runner({
    jobsDir,
    ansible,
    log,
    graceMs,
    outputLimitBytes,
    onStarted: (run) => tell({ type: "started", ...run }),
    onFinished: (run) => tell({ type: "finished", ...run }),
  });
  runner.start();
  const upkeep = new AbortController();
  void keepOutputShort(jobsDir, outputDays, log, upkeep.signal);
  const turns = new NodeTurns((node) => runner.isAtWork(node));
  const planExecutions = plans && planExecutionsFor(plans, { ansible, turns, log, graceMs, tell, connected: () => controls.size > 0 });
  planExecutions?.start();
  const held = () => {
    const runs = runner.list();
    const figures = { runs: runs.filter(({ outcome }) => !outcome).length, ...(planExecutions?.figures ?? noPlans) };
    return { runs, executions: planExecutions?.list() ?? [], figures };
  };
  const heartbeat = new PeriodicTask({
    everyMs: HEARTBEAT_MS,
    run: () => tell({ type: "alive", ...held() }),
    log,
    failure: "the heartbeat could not be sent to control; retrying until it works",
  }).start();
  const powerActions = new PowerActions(power, ansible.home, log.child({ part: "power" }));
  powerActions.start();

  const server = createServer((control) => {
    controls.add(control);
    control.on("close", () => controls.delete(control));
    control.on("error", (error) => log.warn({ err: error }, "control connection"));
    const say = (message: FromExecutor) => control.write(`${JSON.stringify(message)}\n`);
    say({ type: "hello", pid: process.pid, ...held() });
    planExecutions?.sendAll(say);
    createInterface({ input: control })
      .on("line", (line) => void obey(control, line))
      .on("error", () => undefined); // The handler of the connection has logged the error.
  });

  async function obey(control: Socket, line: string): Promise<void> {
    const message = parse(line);
    if (!message) {
      log.warn("refused an invalid message of control");
      control.destroy();
      return;
    }
    if (message.type === "power") {
      const outcome = await powerActions.perform(message);
      control.write(`${JSON.stringify({ type: "powered", id: message.id, outcome } satisfies FromExecutor)}\n`);
      return;
    }
    if ("executionId" in message) return handleExecution(message);
    try {
      if (message.type === "run") {
        const node = message.members.find((member) => turns.isBeingChanged(member.node))?.node;
        if (node !== undefined) throw new Error(`a step of a plan is changing ${node}`);
        await runner.run(message);
      } else if (message.type === "cancel") runner.cancel(message.jobId);
      else if (message.type === "disown") runner.disown(message.jobId, message.attempt);
      else runner.forget(message.jobId, message.attempt);
    } catch (error) {
      const { jobId, attempt } = named(message);
      log.warn({ jobId, reason: explain(error) }, "refused");
      if (attempt !== undefined)
        control.write(`${JSON.stringify({ type: "refused", jobId, attempt, reason: explain(error) } satisfies FromExecutor)}\n`);
    }
  }

  function handleExecution(message: Extract<ToExecutor, { executionId: string }>): void {
    const { type, executionId } = message;
    if (type === "stop") planExecutions?.stop(executionId);
    else if (type === "acted") planExecutions?.acted(message);
    else if (type === "forget-execution") planExecutions?.forget(executionId);
    else if (planExecutions) planExecutions.execute(executionId);
    else tell({ type: "execution-refused", executionId, reason: "this executor runs no plans" });
  }

  // Uses a separate socket name first. A closing server deletes its own name, and must not delete the next server's socket.
  const ownPath = `${socketPath}.${process.pid.toString(36)}`;
  rmSync(ownPath, { force: true });
  server.listen(ownPath);
  await once(server, "listening");
  // The group of the folder may connect. It is control's group if the processes have users of their own, and otherwise the
  // folder is closed to the group.
  chownSync(ownPath, -1, statSync(dirname(socketPath)).gid);
  chmodSync(ownPath, 0o660);
  renameSync(ownPath, socketPath);

  const closeServer = async () => {
    await heartbeat.stop();
    upkeep.abort();
    const closed = once(server, "close");
    server.close();
    for (const control of controls) control.destroy();
    await closed;
  };
  return {
    leave: async (patienceMs = LEAVE_MS) => {
      runner.leave();
      // Closes the connection first, so that control sends nothing new.
      await closeServer();
      await Promise.all([powerActions.leave(), planExecutions?.leave(patienceMs)]);
    },
  };
}

const noPlans = { steps: 0, sshConnections: 0, refusedWarrants: 0 };

function planExecutionsFor(
  { governed, sshPlace, valuesNow }: PlanSettings,
  { ansible, log, ...rest }: { ansible: AnsibleSettings } & Pick<PlanExecutionsOptions, "turns" | "log" | "graceMs" | "tell" | "connected">,
): PlanExecutions {
  const { home } = ansible;
  const key = privateKey(home);
  const means = { ansible, ssh: new SshLines(key), secrets: new Secrets(join(home, "secrets"), key), sshPlace, valuesNow };
  return new PlanExecutions({ ...rest, home, governed, means, log: log.child({ part: "plans" }) });
}

/** Returns the job of a message. The executor can refuse only a run. Control repeats a failed `cancel` or `forget` message. */
function named(message: Exclude<ToExecutor, { type: "power" } | { executionId: string }>): { jobId: string; attempt?: number } {
  return message.type === "run" ? first(message.members) : { jobId: message.jobId };
}

function parse(line: string): ToExecutor | undefined {
  try {
    return ToExecutor.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
