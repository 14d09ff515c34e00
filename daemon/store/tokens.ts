/** One-time tokens with which a machine calls home. Bound to a node, hashed at rest, redeemed once. */
import type { Db } from "./database.ts";
import { newSecret, sha256 } from "./secrets.ts";

export type Redeemable =
  | { kind: "unknown" }
  | { kind: "expired"; nodeId: string }
  | { kind: "fresh"; nodeId: string }
  /** Used before; `as` is what was said then, so that a repeated call-home can be told from a stolen token. */
  | { kind: "redeemed"; nodeId: string; as: string };

export class TokenStore {
  readonly #insert;
  readonly #find;
  readonly #redeem;
  readonly #drop;

  constructor(db: Db) {
    this.#insert = db.prepare<[string, string, string, string, string]>(
      "INSERT INTO node_tokens (hash, node_id, purpose, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
    );
    this.#find = db.prepare<[string], Row>("SELECT * FROM node_tokens WHERE hash = ?");
    this.#redeem = db.prepare<[string, string, string]>("UPDATE node_tokens SET redeemed_at = ?, redeemed_as = ? WHERE hash = ?");
    this.#drop = db.prepare<[string]>("DELETE FROM node_tokens WHERE node_id = ? AND redeemed_at IS NULL");
  }

  /** The only moment the token itself is seen. An unused token issued to the node before stops working. */
  issue(nodeId: string, purpose: "install" | "enrol", now: Date, expiresAt: string): string {
    const token = newSecret();
    this.#drop.run(nodeId);
    this.#insert.run(sha256(token), nodeId, purpose, now.toISOString(), expiresAt);
    return token;
  }

  look(token: string, now: Date): Redeemable {
    const row = this.#find.get(sha256(token));
    if (!row) return { kind: "unknown" };
    if (row.redeemed_as !== null) return { kind: "redeemed", nodeId: row.node_id, as: row.redeemed_as };
    return { kind: now.toISOString() >= row.expires_at ? "expired" : "fresh", nodeId: row.node_id };
  }

  redeem(token: string, as: string, now: Date): void {
    this.#redeem.run(now.toISOString(), as, sha256(token));
  }

  /** Unused tokens of a node stop working. */
  revokeUnused(nodeId: string): void {
    this.#drop.run(nodeId);
  }
}

interface Row {
  hash: string;
  node_id: string;
  expires_at: string;
  redeemed_as: string | null;
}
