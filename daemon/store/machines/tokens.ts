/**
 * Stores one-time tokens for the call-home of a machine. Each token belongs to one node and is accepted once. The
 * database contains only the hashes of the tokens.
 */
import type { EnrolToken, TokenState } from "../../contract/machines/enrol.ts";
import type { Db } from "../database.ts";
import { newSecret, sha256 } from "../secrets.ts";

/** Creates an enrolment token. The code that redacts secrets recognizes the token by its prefix `mt_`. */
export const newEnrolToken = (): string => `mt_${newSecret()}`;

/** Returns the public id of a token. The id identifies the token, but is too short to guess the token from it. */
export const tokenId = (hash: string): string => hash.slice(0, 10);

export type Redeemable =
  | { kind: "unknown" }
  | { kind: "expired"; nodeId: string }
  | { kind: "fresh"; nodeId: string; purpose: "install" | "enrol" }
  /**
   * A token that was used before. `as` is the identity of the machine that used the token. The identity shows whether
   * a machine repeats its call-home or uses a stolen token.
   */
  | { kind: "redeemed"; nodeId: string; as: string };

export class TokenStore {
  readonly #insert;
  readonly #find;
  readonly #redeem;
  readonly #drop;
  readonly #enrolling;
  readonly #revoke;

  constructor(db: Db) {
    this.#insert = db.prepare<[string, string, string, string, string]>(
      "INSERT INTO node_tokens (hash, node_id, purpose, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
    );
    this.#find = db.prepare<[string], Row>("SELECT * FROM node_tokens WHERE hash = ?");
    this.#redeem = db.prepare<[string, string, string]>("UPDATE node_tokens SET redeemed_at = ?, redeemed_as = ? WHERE hash = ?");
    this.#drop = db.prepare<[string]>("DELETE FROM node_tokens WHERE node_id = ? AND redeemed_at IS NULL");
    this.#enrolling = db.prepare<[], Row & { node: string; created_at: string }>(
      `SELECT node_tokens.*, nodes.name AS node FROM node_tokens JOIN nodes ON nodes.id = node_id
       WHERE purpose = 'enrol' ORDER BY node_tokens.created_at DESC, hash`,
    );
    this.#revoke = db.prepare<[string]>("DELETE FROM node_tokens WHERE hash = ? AND redeemed_at IS NULL");
  }

  /**
   * Creates a token and returns it. The database contains only the hash of the token. Any earlier unused token of the
   * node becomes invalid.
   */
  issue(nodeId: string, purpose: "install" | "enrol", now: Date, expiresAt: string): string {
    const token = purpose === "enrol" ? newEnrolToken() : newSecret();
    this.keep(sha256(token), nodeId, purpose, now, expiresAt);
    return token;
  }

  /** Stores the hash of a new token. Any earlier unused token of the node becomes invalid. */
  keep(hash: string, nodeId: string, purpose: "install" | "enrol", now: Date, expiresAt: string): void {
    this.#drop.run(nodeId);
    this.#insert.run(hash, nodeId, purpose, now.toISOString(), expiresAt);
  }

  look(token: string, now: Date): Redeemable {
    const row = this.#find.get(sha256(token));
    if (!row) return { kind: "unknown" };
    if (row.redeemed_as !== null) return { kind: "redeemed", nodeId: row.node_id, as: row.redeemed_as };
    if (now.toISOString() >= row.expires_at) return { kind: "expired", nodeId: row.node_id };
    return { kind: "fresh", nodeId: row.node_id, purpose: row.purpose };
  }

  redeem(token: string, as: string, now: Date): void {
    this.#redeem.run(now.toISOString(), as, sha256(token));
  }

  /** Returns the enrolment tokens that people created for single nodes, with the newest first. */
  listEnrolling(now: Date): EnrolToken[] {
    return this.#enrolling.all().map((row) => ({
      id: tokenId(row.hash),
      state: stateOf(row, now),
      role: "worker",
      node: row.node,
      uses: 1,
      used: row.redeemed_as === null ? 0 : 1,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
    }));
  }

  /** Revokes an unused token. Returns false if no unused token has this id. */
  revoke(id: string): boolean {
    const row = this.#enrolling.all().find(({ hash }) => tokenId(hash) === id);
    return row !== undefined && this.#revoke.run(row.hash).changes > 0;
  }

  /** Revokes the unused tokens of a node. */
  revokeUnused(nodeId: string): void {
    this.#drop.run(nodeId);
  }
}

interface Row {
  hash: string;
  node_id: string;
  purpose: "install" | "enrol";
  expires_at: string;
  redeemed_as: string | null;
}

const stateOf = ({ redeemed_as, expires_at }: Row, now: Date): TokenState =>
  redeemed_as !== null ? "used-up" : now.toISOString() >= expires_at ? "expired" : "active";
