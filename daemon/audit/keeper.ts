/**
 * Keeps the audit provable while the daemon runs. The keeper signs checkpoints, copies them to other machines,
 * and drops old records.
 */

import { explain } from "../errors/errors.ts";
import { PeriodicTask } from "../errors/periodic-task.ts";
import { steadyMs } from "../errors/steady-clock.ts";
import { readCheckpoints, writeCheckpoint } from "./checkpoint-files.ts";
import type { AuditCopy } from "./copies.ts";
import type { AuditLog } from "./log.ts";
import { type Checkpoint, openNote } from "./note.ts";
import type { Signer } from "./signer.ts";

export interface KeeperParts {
  audit: AuditLog;
  signer: Signer;
  folder: string;
  copies: readonly AuditCopy[];
  checkpointSeconds: number;
  /** The number of days after which records are dropped. If the number is undefined, all records are kept. */
  retentionDays: number | undefined;
  /** Reports that the audit does not match a signed checkpoint, or that a copy failed. */
  alarm(problem: string): void;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const READINGS = 8;

export class AuditKeeper {
  readonly #parts: KeeperParts;
  #signed: Checkpoint | undefined;
  /**
   * True if the records do not match the last signed checkpoint. The keeper reports the mismatch only once,
   * because a mismatch is permanent.
   */
  #broken = false;
  #uncopied: { note: string; checkpoint: Checkpoint } | undefined;
  /**
   * For each place of copies, the reason why the last copy failed. The keeper reports a reason only when the reason
   * appears or changes.
   */
  readonly #obstacles = new Map<AuditCopy, string>();
  #copying: Promise<void> = Promise.resolve();
  readonly #rounds: PeriodicTask[];
  /** The newest readings of the wall clock, each with the steady clock. */
  #readings: { now: number; clockMs: number }[] = [];

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#rounds = [this.#every(parts.checkpointSeconds * 1000, () => this.tick()), this.#every(HOUR_MS / 2, () => this.drop())];
  }

  start(): this {
    const newest = readCheckpoints(this.#parts.folder).at(-1);
    if (newest) {
      this.#signed = openNote(newest.note, this.#parts.signer.publicKey);
      if (!this.#signed) this.#breakOff(`${newest.file} is not signed by the key of this audit`);
    }
    this.tick();
    this.drop();
    for (const task of this.#rounds) task.start();
    return this;
  }

  async stop(): Promise<void> {
    for (const task of this.#rounds) await task.stop();
    this.tick();
    await this.#copying;
  }

  /**
   * Signs a new checkpoint only if the records still match the previous checkpoint. A new signature over
   * changed records would hide the change.
   */
  tick(now: Date = new Date()): void {
    const { audit, signer, folder } = this.#parts;
    if (this.#broken) return;
    if (this.#signed && !audit.holds(this.#signed)) {
      this.#breakOff(`the records are not those of the checkpoint signed at record ${this.#signed.size}`);
      return;
    }
    const checkpoint = audit.checkpoint();
    if (checkpoint && checkpoint.size !== this.#signed?.size) {
      const note = signer.sign(checkpoint);
      writeCheckpoint(folder, note, now);
      this.#signed = checkpoint;
      this.#uncopied = { note, checkpoint };
    }
    this.#copying = this.#copying.then(() => this.#copy());
  }

  /**
   * Runs a task periodically. An error such as a full disk does not end the daemon. Only the first of several
   * consecutive failures raises an alarm.
   */
  #every(everyMs: number, run: () => void): PeriodicTask {
    const { alarm } = this.#parts;
    const log = { error: ({ err }: { err: unknown }, message: string) => alarm(`${message}: ${explain(err)}`) };
    return new PeriodicTask({ everyMs, run, log, failure: "the end of the audit was not signed, or old records not dropped" });
  }

  #breakOff(what: string): void {
    this.#broken = true;
    this.#parts.alarm(`${what}; no further checkpoint is signed. \`muster audit verify\` shows the reason.`);
  }

  /** Copies the newest checkpoint. If a copy fails, the next periodic run copies this checkpoint or a newer checkpoint. */
  async #copy(): Promise<void> {
    const due = this.#uncopied;
    if (!due) return;
    this.#uncopied = undefined;
    for (const copy of this.#parts.copies) {
      try {
        await copy({ ...due.checkpoint, note: due.note });
        this.#obstacles.delete(copy);
      } catch (error) {
        this.#uncopied ??= due;
        const obstacle = explain(error);
        if (this.#obstacles.get(copy) !== obstacle)
          this.#parts.alarm(`the checkpoint of record ${due.checkpoint.size} was not copied: ${obstacle}`);
        this.#obstacles.set(copy, obstacle);
      }
    }
  }

  /**
   * Drops old records. The earlier of two readings of the clock decides, one of them at least an hour old. A control node
   * may start with a wrong clock until NTP corrects it, and a dropped record cannot be restored.
   */
  drop(now: Date = new Date(), clockMs: number = steadyMs()): void {
    const { audit, signer, retentionDays } = this.#parts;
    this.#readings = [...this.#readings, { now: now.getTime(), clockMs }].slice(-READINGS);
    if (retentionDays === undefined || this.#broken) return;
    const earlier = this.#readings.findLast((reading) => clockMs - reading.clockMs >= HOUR_MS);
    if (!earlier) return;
    audit.dropBefore(new Date(Math.min(now.getTime(), earlier.now + clockMs - earlier.clockMs) - retentionDays * DAY_MS), signer);
  }
}
