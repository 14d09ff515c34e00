/**
 * Stores the active runs. Stores the number of processed events of each run, and how long the executor's last report is valid.
 */
import { atomically, type Db } from "../database.ts";

export interface StoredRun {
  /** The id of the run. It contains the id of the run's first job and the attempt number of that job. */
  id: string;
  eventsOffset: number;
  leaseUntil: string;
}

export class RunStore {
  readonly #db: Db;
  readonly #add;
  readonly #find;
  readonly #all;
  readonly #advance;
  readonly #renew;
  readonly #drop;

  constructor(db: Db) {
    this.#db = db;
    this.#add = db.prepare<[string, string]>("INSERT INTO runs (id, events_offset, lease_until) VALUES (?, 0, ?)");
    this.#find = db.prepare<[string], Row>("SELECT * FROM runs WHERE id = ?");
    this.#all = db.prepare<[], Row>("SELECT * FROM runs ORDER BY id");
    this.#advance = db.prepare<[number, string]>("UPDATE runs SET events_offset = ? WHERE id = ?");
    this.#renew = db.prepare<[string, string]>("UPDATE runs SET lease_until = ? WHERE id = ?");
    this.#drop = db.prepare<[string]>("DELETE FROM runs WHERE id = ?");
  }

  add(id: string, leaseUntil: string): void {
    this.#add.run(id, leaseUntil);
  }

  find(id: string): StoredRun | undefined {
    const row = this.#find.get(id);
    return row && fromRow(row);
  }

  all(): StoredRun[] {
    return this.#all.all().map(fromRow);
  }

  setEventsOffset(id: string, offset: number): void {
    this.#advance.run(offset, id);
  }

  /** Renews all of these runs in one transaction, because control answers no requests while it waits for the disk. */
  renew(ids: readonly string[], leaseUntil: string): void {
    if (ids.length === 0) return;
    atomically(this.#db, () => {
      for (const id of ids) this.#renew.run(leaseUntil, id);
    });
  }

  drop(id: string): void {
    this.#drop.run(id);
  }
}

interface Row {
  id: string;
  events_offset: number;
  lease_until: string;
}

const fromRow = (row: Row): StoredRun => ({ id: row.id, eventsOffset: row.events_offset, leaseUntil: row.lease_until });
