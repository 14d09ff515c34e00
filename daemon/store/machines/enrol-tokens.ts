/**
 * Stores enrolment tokens for new machines. Each token has a number of uses and an expiry time. The database contains
 * only the hash and the uses of the token.
 */
import type { EnrolToken, MachineRole, TokenState } from "../../contract/machines/enrol.ts";
import type { Db } from "../database.ts";
import { sha256 } from "../secrets.ts";
import { newEnrolToken, tokenId } from "./tokens.ts";

export interface TokenWish {
  role: MachineRole;
  uses: number;
  createdBy: string;
  expiresAt: string;
}

export class EnrolTokenStore {
  readonly #insert;
  readonly #find;
  readonly #all;
  readonly #revoke;
  readonly #enrol;
  readonly #enrolled;
  readonly #enrolledWith;
  readonly #roleOf;

  constructor(db: Db) {
    this.#insert = db.prepare<[string, string, number, string, string, string]>(
      "INSERT INTO enrol_tokens (hash, role, uses, created_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
    );
    const select = `SELECT enrol_tokens.*, (SELECT count(*) FROM enrolments WHERE token_hash = hash) AS used FROM enrol_tokens`;
    this.#find = db.prepare<[string], Row>(`${select} WHERE hash = ?`);
    this.#all = db.prepare<[], Row>(`${select} ORDER BY created_at DESC, hash`);
    this.#revoke = db.prepare<[string, string]>("UPDATE enrol_tokens SET revoked_at = ? WHERE hash = ? AND revoked_at IS NULL");
    this.#enrol = db.prepare<[string, string, string, string]>(
      "INSERT OR REPLACE INTO enrolments (token_hash, redeemed_as, node_id, redeemed_at) VALUES (?, ?, ?, ?)",
    );
    this.#enrolled = db.prepare<[string, string], { node_id: string }>(
      "SELECT node_id FROM enrolments WHERE token_hash = ? AND redeemed_as = ?",
    );
    this.#enrolledWith = db.prepare<[string], { node_id: string }>("SELECT node_id FROM enrolments WHERE token_hash = ?");
    this.#roleOf = db.prepare<[string], { role: MachineRole }>(
      "SELECT role FROM enrolments JOIN enrol_tokens ON hash = token_hash WHERE node_id = ? ORDER BY redeemed_at DESC LIMIT 1",
    );
  }

  /** Creates a token and returns it. The token cannot be read later, because the database contains only its hash. */
  issue(wish: TokenWish, now: Date): { token: string; kept: EnrolToken } {
    const token = newEnrolToken();
    return { token, kept: this.keep(sha256(token), wish, now) };
  }

  /** Stores the hash of a new token. */
  keep(hash: string, { role, uses, createdBy, expiresAt }: TokenWish, now: Date): EnrolToken {
    this.#insert.run(hash, role, uses, createdBy, now.toISOString(), expiresAt);
    return fromRow({ ...this.#find.get(hash)!, used: 0 }, now);
  }

  find(token: string, now: Date): EnrolToken | undefined {
    const row = this.#find.get(sha256(token));
    return row && fromRow(row, now);
  }

  list(now: Date): EnrolToken[] {
    return this.#all.all().map((row) => fromRow(row, now));
  }

  /** Revokes a token. Returns false if no valid token has this id. */
  revoke(id: string, now: Date): boolean {
    const row = this.#all.all().find(({ hash, revoked_at }) => tokenId(hash) === id && revoked_at === null);
    return row !== undefined && this.#revoke.run(now.toISOString(), row.hash).changes > 0;
  }

  /** Returns the node that used this token with this identity, including a node that an operator released from quarantine. */
  enrolledAs(token: string, as: string): string | undefined {
    return this.#enrolled.get(sha256(token), as)?.node_id;
  }

  /** Returns all nodes that were enrolled with this token. */
  enrolledWith(token: string): string[] {
    return this.#enrolledWith.all(sha256(token)).map(({ node_id }) => node_id);
  }

  enrol(tokenHash: string, as: string, nodeId: string, now: Date): void {
    this.#enrol.run(tokenHash, as, nodeId, now.toISOString());
  }

  /** Returns the role of the token that the node used last. */
  roleOf(nodeId: string): MachineRole | undefined {
    return this.#roleOf.get(nodeId)?.role;
  }
}

interface Row {
  hash: string;
  role: MachineRole;
  uses: number;
  used: number;
  created_by: string;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
}

const fromRow = (row: Row, now: Date): EnrolToken => ({
  id: tokenId(row.hash),
  state: stateOf(row, now),
  role: row.role,
  uses: row.uses,
  used: row.used,
  createdBy: row.created_by,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});

function stateOf({ revoked_at, used, uses, expires_at }: Row, now: Date): TokenState {
  if (revoked_at !== null) return "revoked";
  if (used >= uses) return "used-up";
  return now.toISOString() >= expires_at ? "expired" : "active";
}
