/** Stores other DHCP servers on Muster's networks, with the last offer that Muster received from each server. */
import { type HeardOffer, OtherServer } from "../../contract/netboot/network.ts";
import type { Db } from "../database.ts";

export class DhcpServerTable {
  readonly #all;
  readonly #see;

  constructor(db: Db) {
    this.#all = db.prepare<[], Row>("SELECT * FROM dhcp_servers ORDER BY last_seen DESC");
    // A field that is missing in the new row keeps its old value.
    this.#see = db.prepare<[string, string | null, string, string, string | null]>(
      `INSERT INTO dhcp_servers (address, mac, first_seen, last_seen, offer) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (address) DO UPDATE SET mac = coalesce(excluded.mac, mac), last_seen = excluded.last_seen,
         offer = coalesce(excluded.offer, offer)`,
    );
  }

  see({ address, mac, offer }: { address: string; mac?: string | undefined; offer?: HeardOffer | undefined }, at: Date): void {
    const now = at.toISOString();
    this.#see.run(address, mac ?? null, now, now, offer === undefined ? null : JSON.stringify(offer));
  }

  /** Returns all servers, with the most recently seen server first. */
  all(): OtherServer[] {
    return this.#all.all().map((row) =>
      OtherServer.parse({
        address: row.address,
        ...(row.mac !== null && { mac: row.mac }),
        firstSeen: row.first_seen,
        lastSeen: row.last_seen,
        ...(row.offer !== null && { offer: JSON.parse(row.offer) }),
      }),
    );
  }
}

interface Row {
  address: string;
  mac: string | null;
  first_seen: string;
  last_seen: string;
  offer: string | null;
}
