/** The crash matrix: which process is killed, at which moment, and what must hold afterwards. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import type { CrashLab, Process } from "./crash-lab.ts";
import { untilWhole } from "./crash-situations.ts";

export const victims = ["control", "executor", "musterd", "ansible-playbook", "ssh"] as const;
export type Victim = (typeof victims)[number];
export const moments = ["queued", "spawning", "running", "writing result", "cancelling"] as const;
export type Moment = (typeof moments)[number];

/** Nodes with an sshd that have been made ready once; `stubborn` has a task that ignores TERM. */
export async function prepareNodes(lab: CrashLab): Promise<void> {
  for (const name of ["cell", "other", "stubborn"]) {
    const node = await lab.armed(name);
    await node.installUpToPartition();
    await node.finishInstall();
    assert.equal(await lab.callHome(node), 202);
    if (name === "stubborn") {
      const job = async () => (await lab.job(name))?.id ?? "";
      await lab.until("it is stubborn", () => lab.stubbornIsAtWork());
      await lab.cancel(await job());
      await lab.until("it is cancelled", async () => (await lab.jobWith(await job())).status === "cancelled");
    } else await lab.untilPhase(name, "ready");
  }
}

export interface Scene {
  /** The job of this scene. */
  id: string;
  /** All jobs that must end correctly. */
  jobs: { id: string; name: string }[];
}

/**
 * Brings a job to the moment. `hold` is called before the job's last task ends, or before the job is
 * cancelled.
 */
export async function bringTo(
  lab: CrashLab,
  moment: Moment,
  hold: (id: string) => Promise<void> = async () => undefined,
  name = moment === "cancelling" ? "stubborn" : "cell",
): Promise<Scene> {
  if (moment === "queued") {
    const other = await lab.reprovision("other");
    await lab.until("the other is at work", () => lab.journal("other") === "begin");
    const id = await lab.reprovision("cell");
    assert.equal((await lab.jobWith(id)).status, "queued");
    return {
      id,
      jobs: [
        { id: other, name: "other" },
        { id, name: "cell" },
      ],
    };
  }
  const id = await lab.reprovision(name);
  const scene = { id, jobs: [{ id, name }] };
  if (moment === "spawning") await lab.until("it is taken", () => existsSync(lab.runFile(id, "1.run.json")), 5);
  if (moment === "running" || moment === "writing result")
    await lab.until("it is at work", () => (name === "stubborn" ? lab.stubbornIsAtWork() : lab.journal(name) === "begin"));
  if (moment === "writing result") {
    await hold(id);
    await lab.until("its last task is done", () => lab.journal(name) === "begin end", 5);
  }
  if (moment === "cancelling") {
    await lab.until("it is at work", () => lab.stubbornIsAtWork());
    await hold(id);
    await lab.cancel(id);
    await lab.until("the executor knows", () => existsSync(lab.runFile(id, "1.stopped")), 20);
  }
  return scene;
}

/** The current processes of the victim. Empty when it has ended or not started. */
export function find(lab: CrashLab, victim: Victim): Process[] {
  switch (victim) {
    case "control":
    case "executor":
      return [lab.child(victim)].flatMap((process) => process ?? []);
    case "musterd":
      return lab.processes().filter(({ pid }) => pid === lab.daemon.pid);
    case "ansible-playbook": {
      const all = lab.processes().filter(({ args }) => args[1]?.endsWith("/ansible-playbook"));
      // Returns the main process, without its workers.
      return all.filter(({ pid }) => !all.some((other) => other.pid === parentOf(pid)));
    }
    case "ssh":
      return lab.processes().filter(({ args }) => args[0] === "ssh" || args[0]?.startsWith("ssh: "));
  }
}

/**
 * Kills the victim. The run's processes may start a little after the moment, so it waits for them. Returns
 * the number of killed processes.
 */
export async function strike(lab: CrashLab, victim: Victim, moment: Moment): Promise<number> {
  if (victim === "musterd") {
    await lab.daemon.stop("SIGKILL");
    await lab.start();
    return 1;
  }
  for (let tries = 0; find(lab, victim).length === 0 && moment === "spawning" && tries < 2000; tries++) await sleep(5);
  const struck = find(lab, victim);
  for (const { pid } of struck) send(pid, "SIGKILL");
  return struck.length;
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0; // It ended by itself in the meantime.
  }
}

export function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

const ENDS: readonly Job["status"][] = ["succeeded", "failed", "timed-out", "cancelled"];

/**
 * Checks that the jobs end correctly and that nothing is left behind. Returns how long it took until every
 * job was known again.
 */
export async function settle(lab: CrashLab, { jobs }: Scene, moment: Moment, victim?: Victim): Promise<number> {
  const began = Date.now();
  await untilWhole(lab);
  await lab.until("every job is known", async () => {
    const states = await Promise.all(jobs.map(({ id }) => lab.jobWith(id)));
    return states.every(({ status }) => status !== "unknown" && status !== "interrupted");
  });
  const known = Date.now() - began;
  for (const { id, name } of jobs) {
    await lab.until(`${name} ends`, async () => ENDS.includes((await lab.jobWith(id)).status));
    const job = await lab.jobWith(id);
    const story = `${victim} at ${moment}: ${JSON.stringify(job)} journal: ${lab.journal(name)}`;
    const { phase } = (await lab.node(name)).state;
    assert.equal(phase, job.status === "succeeded" ? "ready" : "configure-failed", story);
    if (moment === "cancelling") assert.equal(job.status, "cancelled", story);
    // On a full disk, Ansible itself needs space before its first task, and reports that.
    else if (victim === undefined && job.status === "failed") assert.match(job.result?.summary ?? "", /No space left on device/, story);
    // Only the job that lost its connection may fail. Every other run continues or restarts.
    else if (victim !== "ssh") assert.equal(job.status, "succeeded", story);
    assert.ok(job.attempt <= (victim === "ansible-playbook" || victim === undefined ? 2 : 1), story);
    // Each attempt did its work once.
    const steps = lab.journal(name).split(" ");
    assert.ok(steps.filter((step) => step === "begin").length <= job.attempt, story);
    if (job.status === "succeeded") assert.equal(steps.at(-1), "end", story);
  }
  assert.deepEqual(lab.doubled, []);
  await lab.until("nothing of a run is left", () => lab.runProcesses().length === 0 && !lab.stubbornIsAtWork());
  return known;
}
