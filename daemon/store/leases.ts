/** DHCP leases, on disk before the ACK that promises them. */
import * as z from "zod";
import { atomically, type Db } from "./database.ts";

const StoredLease = z.object({
  mac: z.string(),
  address: z.string(),
  state: z.enum(["offered", "bound", "released", "declined"]),
  expiresAt: z.int(),
  hostname: z.string().optional(),
});
type StoredLease = z.output<typeof StoredLease>;

export class LeaseTable {
  readonly #db: Db;
  readonly #all;
  readonly #ofMac;
  readonly #holder;
  readonly #drop;
  readonly #save;

  constructor(db: Db) {
    this.#db = db;
    this.#all = db.prepare<[], Row>("SELECT * FROM leases");
    this.#ofMac = db.prepare<[string], Row>("SELECT * FROM leases WHERE mac = ?");
    this.#holder = db.prepare<[string], { mac: string }>("SELECT mac FROM leases WHERE address = ?");
    this.#drop = db.prepare<[string, string]>("DELETE FROM leases WHERE address = ? AND mac <> ?");
    this.#save = db.prepare<[string, string, string, number, string | null]>(
      `INSERT INTO leases (mac, address, state, expires_at, hostname) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (mac) DO UPDATE SET address = excluded.address, state = excluded.state, expires_at = excluded.expires_at, hostname = excluded.hostname`,
    );
  }

  all(): StoredLease[] {
    return this.#all.all().map(fromRow);
  }

  find(mac: string): StoredLease | undefined {
    const row = this.#ofMac.get(mac);
    return row ? fromRow(row) : undefined;
  }

  /** The MAC address whose lease this is. */
  holder(address: string): string | undefined {
    return this.#holder.get(address)?.mac;
  }

  /** One transaction, on disk when this returns; whatever else is written meanwhile is part of it. */
  together<T>(work: () => T): T {
    return atomically(this.#db, work);
  }

  /** An address has one holder: who had it before, by an expired lease, loses the row. */
  save(lease: StoredLease): void {
    atomically(this.#db, () => {
      this.#drop.run(lease.address, lease.mac);
      this.#save.run(lease.mac, lease.address, lease.state, Math.trunc(lease.expiresAt), lease.hostname ?? null);
    });
  }
}

interface Row {
  mac: string;
  address: string;
  state: string;
  expires_at: number;
  hostname: string | null;
}

const fromRow = (row: Row): StoredLease =>
  StoredLease.parse({
    mac: row.mac,
    address: row.address,
    state: row.state,
    expiresAt: row.expires_at,
    ...(row.hostname !== null && { hostname: row.hostname }),
  });
