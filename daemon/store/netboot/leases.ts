/** Stores DHCP leases. Each lease is on disk before the netboot process sends the ACK of the lease. */
import * as z from "zod";
import { SetAside } from "../../contract/netboot/network.ts";
import { atomically, type Db } from "../database.ts";

const StoredLease = z.object({
  mac: z.string(),
  address: z.string(),
  state: z.enum(["offered", "bound", "released", "declined"]),
  expiresAt: z.int(),
  hostname: z.string().optional(),
  cause: SetAside.optional(),
  /** The subnet of the lease. A machine may have one lease in each subnet. Leases of earlier versions have no subnet. */
  network: z.string().optional(),
});
type StoredLease = z.output<typeof StoredLease>;

export class LeaseTable {
  readonly #db: Db;
  readonly #all;
  readonly #ofMac;
  readonly #at;
  readonly #save;
  readonly #askRelease;
  readonly #releasesAsked;
  readonly #endRelease;
  readonly #dropSetAside;
  readonly #suspected;

  constructor(db: Db) {
    this.#db = db;
    this.#all = db.prepare<[], Row>("SELECT * FROM leases ORDER BY expires_at");
    this.#ofMac = db.prepare<[string], Row>("SELECT * FROM leases WHERE mac = ? ORDER BY expires_at DESC");
    this.#at = db.prepare<[string], Row>("SELECT * FROM leases WHERE address = ?");
    // Uses REPLACE to delete the old row of the MAC address in this subnet and the old row of the IP address.
    this.#save = db.prepare<[string, string, string, string, number, string | null, string | null]>(
      "INSERT OR REPLACE INTO leases (mac, network, address, state, expires_at, hostname, cause) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.#askRelease = db.prepare<[string]>("INSERT OR IGNORE INTO lease_releases (address) VALUES (?)");
    this.#releasesAsked = db.prepare<[], { address: string }>("SELECT address FROM lease_releases");
    this.#dropSetAside = db.prepare<[string]>("DELETE FROM leases WHERE address = ? AND cause IS NOT NULL AND state <> 'bound'");
    this.#suspected = db.prepare<[string], { address: string }>(
      "SELECT address FROM leases WHERE cause ->> 'kind' = 'in-use' AND cause ->> 'by' = ? AND state <> 'bound'",
    );
    this.#endRelease = db.prepare<[string]>("DELETE FROM lease_releases WHERE address = ?");
  }

  /** Returns the leases with the newest last, so that a pool remembers the newest lease of a machine. */
  all(): StoredLease[] {
    return this.#all.all().map(fromRow);
  }

  /** Returns the leases of a machine in all subnets, with the newest first. */
  ofMac(mac: string): StoredLease[] {
    return this.#ofMac.all(mac).map(fromRow);
  }

  /** Returns the lease of this IP address. The lease may have expired. */
  at(address: string): StoredLease | undefined {
    const row = this.#at.get(address);
    return row && fromRow(row);
  }

  /** Returns the MAC address of the machine that leases this IP address. */
  holder(address: string): string | undefined {
    const lease = this.at(address);
    return lease?.state === "declined" ? undefined : lease?.mac;
  }

  /** Returns the addresses that are set aside because this MAC address seemed to use them. */
  suspectedOf(mac: string): string[] {
    return this.#suspected.all(mac).map(({ address }) => address);
  }

  /** Runs `work` in one transaction, which is on disk when this function returns. */
  together<T>(work: () => T): T {
    return atomically(this.#db, work);
  }

  /** Saves a lease. An address has one holder, so the function deletes the row of an earlier holder whose lease has expired. */
  save(lease: StoredLease): void {
    const { mac, network = "", address, state, expiresAt, hostname = null } = lease;
    this.#save.run(mac, network, address, state, Math.trunc(expiresAt), hostname, causeOf(lease));
  }

  /**
   * Asks the netboot process to release an address. Only that process can release it, because the address pools are
   * in its memory.
   */
  askRelease(address: string): void {
    this.#askRelease.run(address);
  }

  releasesAsked(): string[] {
    return this.#releasesAsked.all().map(({ address }) => address);
  }

  /** Deletes a blocked address (set aside) that no longer belongs to any pool after a change of the configuration. */
  dropSetAside(address: string): void {
    this.#dropSetAside.run(address);
  }

  endRelease(address: string): void {
    this.#endRelease.run(address);
  }
}

interface Row {
  mac: string;
  network: string;
  address: string;
  state: string;
  expires_at: number;
  hostname: string | null;
  cause: string | null;
}

const causeOf = ({ cause }: StoredLease) => (cause === undefined ? null : JSON.stringify(cause));

const fromRow = (row: Row): StoredLease =>
  StoredLease.parse({
    mac: row.mac,
    ...(row.network !== "" && { network: row.network }),
    address: row.address,
    state: row.state,
    expiresAt: row.expires_at,
    ...(row.hostname !== null && { hostname: row.hostname }),
    ...(row.cause !== null && { cause: JSON.parse(row.cause) }),
  });
