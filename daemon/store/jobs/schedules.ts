/** Stores the schedules, each under its name. */
import { Schedule } from "../../contract/jobs/schedule.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Db } from "../database.ts";

export class ScheduleStore {
  readonly #all;
  readonly #byName;
  readonly #insert;
  readonly #update;
  readonly #remove;

  constructor(db: Db) {
    this.#all = db.prepare<[], Row>("SELECT schedule FROM schedules ORDER BY name");
    this.#byName = db.prepare<[string], Row>("SELECT schedule FROM schedules WHERE name = ?");
    this.#insert = db.prepare<[string, string]>("INSERT INTO schedules (name, schedule) VALUES (?, ?) ON CONFLICT (name) DO NOTHING");
    this.#update = db.prepare<[string, string]>("UPDATE schedules SET schedule = ? WHERE name = ?");
    this.#remove = db.prepare<[string]>("DELETE FROM schedules WHERE name = ?");
  }

  list(): Schedule[] {
    return this.#all.all().map(fromRow);
  }

  find(name: string): Schedule {
    const row = this.#byName.get(name);
    if (!row) throw new MusterError("SCHEDULE_NOT_FOUND", `there is no schedule ${name}`);
    return fromRow(row);
  }

  add(schedule: Schedule): void {
    const added = this.#insert.run(schedule.name, JSON.stringify(schedule)).changes > 0;
    if (!added) throw new MusterError("REQUEST_INVALID", `name: there is a schedule ${schedule.name} already`);
  }

  /** Updates a schedule. A schedule that was removed in the meantime is not created again. */
  save(schedule: Schedule): void {
    this.#update.run(JSON.stringify(schedule), schedule.name);
  }

  remove(name: string): void {
    this.find(name);
    this.#remove.run(name);
  }
}

interface Row {
  schedule: string;
}

const fromRow = ({ schedule }: Row): Schedule => Schedule.parse(JSON.parse(schedule));
