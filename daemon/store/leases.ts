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
  readonly #save;

  constructor(db: Db) {
    this.#db = db;
    this.#all = db.prepare<[], Row>("SELECT * FROM leases");
    this.#ofMac = db.prepare<[string], Row>("SELECT * FROM leases WHERE mac = ?");
    this.#holder = db.prepare<[string], { mac: string }>("SELECT mac FROM leases WHERE address = ?");
    // REPLACE, because both the machine's old row and the address's old row have to go.
    this.#save = db.prepare<[string, string, string, number, string | null]>(
      "INSERT OR REPLACE INTO leases (mac, address, state, expires_at, hostname) VALUES (?, ?, ?, ?, ?)",
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
    this.#save.run(lease.mac, lease.address, lease.state, Math.trunc(lease.expiresAt), lease.hostname ?? null);
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
