/**
 * Stores claims. A claim is a machine in quarantine, because another machine already has its name or MAC address. A
 * claim is open until an operator admits or rejects the machine.
 */
import { randomBytes } from "node:crypto";
import type { CallHome } from "../../contract/machines/call-home.ts";
import type { Claim } from "../../contract/machines/enrol.ts";
import type { Db } from "../database.ts";
import { sha256 } from "../secrets.ts";

/** The limit prevents a machine with a valid token from filling the database with new names. */
const MOST_OPEN = 200;

export interface KeptClaim extends Claim {
  /** All fields of the machine's last call-home, except the token. `tokenHash` is the hash of the omitted token. */
  callHome: Omit<CallHome, "token">;
  tokenHash: string;
  nodeId: string | undefined;
}

export class ClaimStore {
  readonly #insert;
  readonly #again;
  readonly #find;
  readonly #known;
  readonly #all;
  readonly #settle;
  readonly #open;

  constructor(db: Db) {
    const select = "SELECT claims.*, nodes.name AS node_name FROM claims LEFT JOIN nodes ON nodes.id = claims.node_id";
    this.#insert = db.prepare<[string, string, string, string, string | null, string, string, string]>(
      `INSERT INTO claims (id, fingerprint, call_home, token_hash, node_id, reason, state, tries, first_at, last_at)
       VALUES (?, ?, ?, ?, ?, ?, 'open', 1, ?, ?)`,
    );
    this.#again = db.prepare<[string, string, string | null, string, string, string]>(
      "UPDATE claims SET call_home = ?, token_hash = ?, node_id = ?, reason = ?, tries = tries + 1, last_at = ? WHERE fingerprint = ?",
    );
    this.#find = db.prepare<[string], Row>(`${select} WHERE claims.id = ?`);
    this.#known = db.prepare<[string], Row>(`${select} WHERE fingerprint = ?`);
    this.#all = db.prepare<[], Row>(`${select} ORDER BY first_at DESC, claims.id`);
    this.#settle = db.prepare<[string, string]>("UPDATE claims SET state = ? WHERE id = ?");
    this.#open = db.prepare<[], { count: number }>("SELECT count(*) AS count FROM claims WHERE state = 'open'");
  }

  /** Returns the claim with the same MAC address, host name and host key. */
  known(callHome: CallHome): KeptClaim | undefined {
    const row = this.#known.get(fingerprint(callHome));
    return row && fromRow(row);
  }

  /**
   * Saves the claim of a machine. `isNew` is false if the same claim is already open or rejected. Returns undefined
   * if too many claims are open.
   */
  keep(callHome: CallHome, nodeId: string | undefined, reason: string, now: Date): { claim: KeptClaim; isNew: boolean } | undefined {
    const { token, ...said } = callHome;
    const at = now.toISOString();
    const before = this.known(callHome);
    if (before) {
      this.#again.run(JSON.stringify(said), sha256(token), nodeId ?? null, reason, at, fingerprint(callHome));
      if (before.state === "released") this.settle(before.id, "open");
    } else {
      if ((this.#open.get()?.count ?? 0) >= MOST_OPEN) return undefined;
      const id = randomBytes(4).toString("hex");
      this.#insert.run(id, fingerprint(callHome), JSON.stringify(said), sha256(token), nodeId ?? null, reason, at, at);
    }
    return { claim: this.known(callHome)!, isNew: before === undefined || before.state === "released" };
  }

  find(id: string): KeptClaim | undefined {
    const row = this.#find.get(id);
    return row && fromRow(row);
  }

  list(): KeptClaim[] {
    return this.#all.all().map(fromRow);
  }

  settle(id: string, state: Claim["state"]): void {
    this.#settle.run(state, id);
  }
}

const fingerprint = ({ mac, hostname, ssh_host_key }: Pick<CallHome, "mac" | "hostname" | "ssh_host_key">) =>
  sha256(JSON.stringify([mac, hostname, ssh_host_key]));

interface Row {
  id: string;
  call_home: string;
  token_hash: string;
  node_id: string | null;
  node_name: string | null;
  reason: string;
  state: Claim["state"];
  tries: number;
  first_at: string;
  last_at: string;
}

function fromRow(row: Row): KeptClaim {
  const callHome = JSON.parse(row.call_home) as KeptClaim["callHome"];
  return {
    id: row.id,
    state: row.state,
    name: callHome.hostname,
    mac: callHome.mac,
    address: callHome.ip_address,
    hostKey: callHome.ssh_host_key,
    ...(row.node_name !== null && { node: row.node_name }),
    reason: row.reason,
    tries: row.tries,
    firstAt: row.first_at,
    lastAt: row.last_at,
    callHome,
    tokenHash: row.token_hash,
    nodeId: row.node_id ?? undefined,
  };
}
