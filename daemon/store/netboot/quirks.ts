/** Stores the firmware quirks of each machine. Operators choose quirks, or Muster learns them. */
import * as z from "zod";
import { Quirks } from "../../contract/netboot/quirk.ts";
import { atomically, type Db } from "../database.ts";

/** The learned quirks. For each setting, `because` contains the observation from which Muster learned the setting. */
const Learned = z.object({ quirks: Quirks.prefault({}), because: z.record(z.string(), z.string()).prefault({}) });
export type Learned = z.output<typeof Learned>;

export interface KnownQuirks {
  mac: string;
  chosen: Quirks;
  learned: Learned;
}

const nothing = (mac: string): KnownQuirks => ({ mac, chosen: {}, learned: { quirks: {}, because: {} } });

export class QuirkStore {
  readonly #db: Db;
  readonly #all;
  readonly #find;
  readonly #save;
  readonly #forget;

  constructor(db: Db) {
    this.#db = db;
    this.#all = db.prepare<[], Row>("SELECT * FROM quirks ORDER BY mac");
    this.#find = db.prepare<[string], Row>("SELECT * FROM quirks WHERE mac = ?");
    this.#save = db.prepare<[string, string, string]>("INSERT OR REPLACE INTO quirks (mac, chosen, learned) VALUES (?, ?, ?)");
    this.#forget = db.prepare<[string]>("DELETE FROM quirks WHERE mac = ?");
  }

  all(): KnownQuirks[] {
    return this.#all.all().map(fromRow);
  }

  find(mac: string): KnownQuirks {
    const row = this.#find.get(mac);
    return row ? fromRow(row) : nothing(mac);
  }

  /** Adds these quirks to the quirks that were chosen before. */
  choose(mac: string, quirks: Quirks): void {
    this.#update(mac, (known) => ({ ...known, chosen: { ...known.chosen, ...quirks } }));
  }

  learn(mac: string, quirks: Quirks, because: string): void {
    const reasons = Object.fromEntries(Object.keys(quirks).map((name) => [name, because]));
    this.#update(mac, ({ chosen, learned }) => ({
      mac,
      chosen,
      learned: { quirks: { ...learned.quirks, ...quirks }, because: { ...learned.because, ...reasons } },
    }));
  }

  /** Deletes the chosen and the learned quirks of a machine. Returns false if the machine had no quirks. */
  forget(mac: string): boolean {
    return this.#forget.run(mac).changes > 0;
  }

  #update(mac: string, change: (known: KnownQuirks) => KnownQuirks): void {
    atomically(this.#db, () => {
      const { chosen, learned } = change(this.find(mac));
      this.#save.run(mac, JSON.stringify(chosen), JSON.stringify(learned));
    });
  }
}

interface Row {
  mac: string;
  chosen: string;
  learned: string;
}

const fromRow = ({ mac, chosen, learned }: Row): KnownQuirks => ({
  mac,
  chosen: Quirks.parse(JSON.parse(chosen)),
  learned: Learned.parse(JSON.parse(learned)),
});
