/** Stores the neighbours that answer ARP requests for addresses of others. */
import Database from "better-sqlite3";
import { ArpProxy } from "../../contract/netboot/arp-proxy.ts";
import type { Db } from "../database.ts";

const SELECT = "SELECT * FROM arp_proxies ORDER BY last_seen DESC";

export class ArpProxyTable {
  readonly #all;
  readonly #see;

  constructor(db: Db) {
    this.#all = db.prepare<[], Row>(SELECT);
    this.#see = db.prepare<[string, string, string, string, string]>(
      `INSERT INTO arp_proxies (mac, interface, address, first_seen, last_seen) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (mac, interface) DO UPDATE SET last_seen = excluded.last_seen`,
    );
  }

  see({ mac, interface: name, address }: Pick<ArpProxy, "mac" | "interface" | "address">, at: Date): void {
    const now = at.toISOString();
    this.#see.run(mac, name, address, now, now);
  }

  /** Returns all proxies, with the most recently seen proxy first. */
  all(): ArpProxy[] {
    return this.#all.all().map(fromRow);
  }
}

/** Reads the proxies from the database of a daemon that may be running. A database of an earlier version has none. */
export function arpProxiesIn(file: string): ArpProxy[] {
  const db = new Database(file, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'arp_proxies'").get() !== undefined;
    return known ? db.prepare<[], Row>(SELECT).all().map(fromRow) : [];
  } finally {
    db.close();
  }
}

interface Row {
  mac: string;
  interface: string;
  address: string;
  first_seen: string;
  last_seen: string;
}

const fromRow = ({ first_seen, last_seen, ...row }: Row): ArpProxy =>
  ArpProxy.parse({ ...row, firstSeen: first_seen, lastSeen: last_seen });
