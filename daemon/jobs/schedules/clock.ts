/**
 * Checks the schedules every few seconds and starts the schedules that are due. If Muster was off at a scheduled time, the
 * schedule runs once afterwards.
 */
import type { Job, RunPurpose } from "../../contract/jobs/job.ts";
import type { Playbook, PlaybookList } from "../../contract/jobs/playbook.ts";
import type { Schedule } from "../../contract/jobs/schedule.ts";
import type { Node } from "../../contract/machines/node.ts";
import { explain } from "../../errors/errors.ts";
import { PeriodicTask } from "../../errors/periodic-task.ts";
import type { Log } from "../../log/log.ts";
import { notRunnable } from "../../machines/runnable.ts";
import type { EventStore } from "../../store/events.ts";
import type { JobStore } from "../../store/jobs/jobs.ts";
import type { ScheduleStore } from "../../store/jobs/schedules.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import { nextTime } from "./cron.ts";
import { dueStep, isDue, meantNodes, needsApproval, unapprovedNode } from "./due.ts";
import type { MaintenanceRule } from "./maintenance.ts";

export interface ClockParts {
  schedules: ScheduleStore;
  nodes: NodeStore;
  jobs: JobStore;
  events: EventStore;
  log: Log;
  maintenance: MaintenanceRule;
  playbooks(): PlaybookList;
  /** Reads the groups of the inventory, and returns a function for all groups of a node. */
  nodeGroups(): (node: Node) => readonly string[];
  /** Reads the inventory, and returns a function for the digest of a node's scope and values. */
  nodeBindings(): (node: Node) => string;
  /** Queues the run of a schedule. Throws an error if the policy denies the run. */
  run(nodes: readonly Node[], playbook: Playbook, purpose: RunPurpose, schedule: Schedule): Job[];
}

const EVERY_MS = 2000;

export class ScheduleClock {
  readonly #parts: ClockParts;
  readonly #rounds: PeriodicTask;
  #lastLook: Date | undefined;

  constructor(parts: ClockParts) {
    this.#parts = parts;
    this.#rounds = new PeriodicTask({
      everyMs: EVERY_MS,
      run: () => this.look(new Date()),
      log: parts.log,
      failure: "the schedules could not be read; retrying until it works",
    });
  }

  start(): this {
    this.adoptTimeZone(new Date());
    this.#rounds.start();
    return this;
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /**
   * Computes the next times again if the configuration now names another time zone. A time that passed while Muster was off
   * does not count if it was a time of the earlier zone, because the earlier zone was probably wrong.
   */
  adoptTimeZone(now: Date): void {
    const { schedules, maintenance, log } = this.#parts;
    const { timeZone } = maintenance;
    for (const schedule of schedules.list()) {
      if (schedule.timeZone === timeZone || (schedule.timeZone === undefined && schedule.next <= now.toISOString())) continue;
      try {
        schedules.save({ ...schedule, timeZone, next: nextTime(schedule.cron, timeZone, now).toISOString() });
      } catch (error) {
        log.error({ err: error, schedule: schedule.name }, "the next time of a schedule could not be computed; its earlier time stays");
      }
    }
  }

  look(now: Date): void {
    const { schedules, log } = this.#parts;
    const isSetBack = this.#lastLook === undefined || now < this.#lastLook;
    this.#lastLook = now;
    for (const schedule of schedules.list()) {
      try {
        this.#turn(isSetBack ? this.#rescheduled(schedule, now) : schedule, now);
      } catch (error) {
        log.error({ err: error, schedule: schedule.name }, "a schedule could not be processed; control retries");
      }
    }
  }

  /** After the clock was set back, the next time of a schedule may be far too late, because it came from the wrong clock. */
  #rescheduled(schedule: Schedule, now: Date): Schedule {
    if (schedule.next <= now.toISOString()) return schedule;
    const next = nextTime(schedule.cron, this.#parts.maintenance.timeZone, now).toISOString();
    if (next >= schedule.next) return schedule;
    const corrected = { ...schedule, next };
    this.#parts.schedules.save(corrected);
    return corrected;
  }

  #turn(schedule: Schedule, now: Date): void {
    const { schedules, maintenance, playbooks } = this.#parts;
    // Returns early if the schedule is not due, because reading the playbooks is expensive.
    if (!isDue(schedule, now)) return;
    const playbook = playbooks().playbooks.find(({ name }) => name === schedule.playbook);
    const step = dueStep(schedule, playbook, maintenance, now);
    const { timeZone } = maintenance;
    const next = nextTime(schedule.cron, timeZone, now).toISOString();
    const at = now.toISOString();
    if (step.kind === "wait") {
      // If another scheduled time passes while the schedule waits, the schedule still runs only once.
      if (schedule.dueSince !== undefined && schedule.next > at) return;
      schedules.save({ ...schedule, next, timeZone, dueSince: schedule.dueSince ?? at, last: { at, outcome: step.outcome } });
      if (schedule.dueSince === undefined) this.#record(schedule, "schedule.waits", step.outcome);
      return;
    }
    const { dueSince: _, ...rest } = schedule;
    // Saves the schedule before the run. If Muster crashes before the run, one run is lost, but no run happens twice.
    const begun = { ...rest, next, timeZone, last: { at, outcome: "starting" } };
    schedules.save(begun);
    const outcome = step.kind === "skip" ? step.outcome : this.#run(schedule, step.playbook);
    schedules.save({ ...begun, last: { at, outcome } });
    this.#record(schedule, step.kind === "skip" ? "schedule.skipped" : "schedule.ran", outcome);
  }

  #run(schedule: Schedule, playbook: Playbook): string {
    const { nodes, jobs, run, nodeGroups, nodeBindings } = this.#parts;
    try {
      const meant = meantNodes(schedule, nodes, nodeGroups());
      const wanted = schedule.nodes === "all" ? meant.filter((each) => typeof each !== "string" && !notRunnable(each)) : meant;
      const bindingOf = needsApproval(schedule, playbook) ? nodeBindings() : undefined;
      const whyNot = (node: Node) =>
        notRunnable(node) ??
        (jobs.liveOf(node.id) && `${node.name} has another job`) ??
        (bindingOf && unapprovedNode(schedule, node, bindingOf(node)));
      const left: string[] = [];
      const ready = wanted.flatMap((each): Node[] => {
        const reason = typeof each === "string" ? `there is no node ${each}` : whyNot(each);
        if (reason !== undefined) left.push(reason);
        return typeof each === "string" || reason !== undefined ? [] : [each];
      });
      const without = left.length === 0 ? "" : `; without ${left.length}: ${left.slice(0, 5).join("; ")}`;
      if (ready.length === 0) return `not run: no node could take it${without}`;
      const queued = run(ready, playbook, playbook.readOnly ? "look" : "change", schedule);
      return `${queued.length} jobs queued${without}`;
    } catch (error) {
      return `not run: ${explain(error)}`;
    }
  }

  #record({ name, playbook }: Schedule, type: string, outcome: string): void {
    this.#parts.events.append({
      source: "control",
      type,
      summary: `schedule ${name} (${playbook}): ${outcome}`,
      detail: { schedule: name },
    });
  }
}
