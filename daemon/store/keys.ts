/** API keys and the browser sessions made from them. A key is `mk_<id>_<secret>`; only its hash is kept. */
import { Key, type Role } from "../contract/key.ts";
import { MusterError } from "../errors.ts";
import { atomically, type Db } from "./database.ts";
import { newSecret, sameHash, sha256 } from "./secrets.ts";

export const SESSION_SECONDS = 3600;

export interface Holder {
  keyId: string;
  name: string;
  role: Role;
}

export class KeyStore {
  readonly #insert;
  readonly #byHash;
  readonly #all;
  readonly #used;
  readonly #addSession;
  readonly #session;
  readonly #endSession;
  readonly #dropOld;
  readonly #revoke;
  readonly #endSessionsOf;
  readonly #forget;
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
    this.#insert = db.prepare<[string, string, string, string, string]>(
      "INSERT INTO keys (id, name, role, hash, created_at) VALUES (?, ?, ?, ?, ?)",
    );
    this.#byHash = db.prepare<[string], Row>("SELECT * FROM keys WHERE hash = ? AND revoked_at IS NULL");
    this.#all = db.prepare<[], Row>("SELECT * FROM keys WHERE revoked_at IS NULL ORDER BY created_at, name");
    this.#used = db.prepare<[string, string]>("UPDATE keys SET last_used_at = ? WHERE id = ?");
    this.#addSession = db.prepare<[string, string, string, string]>(
      "INSERT INTO sessions (hash, key_id, csrf_token, expires_at) VALUES (?, ?, ?, ?)",
    );
    this.#session = db.prepare<[string, string], Row & { csrf_token: string; expires_at: string }>(
      `SELECT keys.*, sessions.csrf_token, sessions.expires_at FROM sessions JOIN keys ON keys.id = sessions.key_id
       WHERE sessions.hash = ? AND sessions.expires_at > ? AND keys.revoked_at IS NULL`,
    );
    this.#endSession = db.prepare<[string]>("DELETE FROM sessions WHERE hash = ?");
    this.#dropOld = db.prepare<[string]>("DELETE FROM sessions WHERE expires_at <= ?");
    // The name becomes free for the key that follows it.
    this.#revoke = db.prepare<[string, string]>(
      "UPDATE keys SET revoked_at = ?, name = name || ' (revoked, ' || id || ')' WHERE id = ? AND revoked_at IS NULL",
    );
    this.#endSessionsOf = db.prepare<[string]>("DELETE FROM sessions WHERE key_id = ?");
    this.#forget = db.prepare<[string]>("DELETE FROM keys WHERE hash = ? AND revoked_at IS NOT NULL");
  }

  create(name: string, role: Role, now: Date): { key: Key; secret: string } {
    const id = newSecret(4);
    const secret = `mk_${id}_${newSecret()}`;
    return { key: this.#add(id, name, role, sha256(secret), now), secret };
  }

  /** Admin keys given from outside as hashes (`MUSTER_API_KEYS`): these and, from outside, no others any more. */
  adopt(hashes: string[], now: Date): void {
    atomically(this.#db, () => {
      for (const row of this.#all.all()) {
        if (row.name === fromOutside(row.id) && !hashes.includes(row.hash)) this.revoke(row.id, now);
      }
      for (const hash of new Set(hashes)) {
        if (this.#byHash.get(hash)) continue;
        this.#forget.run(hash);
        this.#add(hash.slice(0, 8), fromOutside(hash.slice(0, 8)), "admin", hash, now);
      }
    });
  }

  /** Ends the key and every session made from it. False when there is no such key. */
  revoke(id: string, now: Date): boolean {
    return atomically(this.#db, () => {
      const revoked = this.#revoke.run(now.toISOString(), id).changes > 0;
      if (revoked) this.#endSessionsOf.run(id);
      return revoked;
    });
  }

  list(): Key[] {
    return this.#all.all().map(fromRow);
  }

  authenticate(secret: string, now: Date): Holder | undefined {
    const hash = sha256(secret);
    const row = this.#byHash.get(hash);
    if (!row || !sameHash(row.hash, hash)) return undefined;
    // Every request would write otherwise; a minute is exact enough for "last used".
    if (row.last_used_at === null || now.getTime() - Date.parse(row.last_used_at) > 60_000) this.#used.run(now.toISOString(), row.id);
    return holder(row);
  }

  openSession(keyId: string, now: Date): { secret: string; csrfToken: string; expiresAt: string } {
    this.#dropOld.run(now.toISOString());
    const secret = newSecret();
    const csrfToken = newSecret(16);
    const expiresAt = new Date(now.getTime() + SESSION_SECONDS * 1000).toISOString();
    this.#addSession.run(sha256(secret), keyId, csrfToken, expiresAt);
    return { secret, csrfToken, expiresAt };
  }

  session(secret: string, now: Date): (Holder & { csrfToken: string; expiresAt: string }) | undefined {
    const row = this.#session.get(sha256(secret), now.toISOString());
    return row && { ...holder(row), csrfToken: row.csrf_token, expiresAt: row.expires_at };
  }

  closeSession(secret: string): void {
    this.#endSession.run(sha256(secret));
  }

  #add(id: string, name: string, role: Role, hash: string, now: Date): Key {
    if (this.#all.all().some((row) => row.name === name))
      throw new MusterError("REQUEST_INVALID", `name: a key called ${name} exists already`);
    this.#insert.run(id, name, role, hash, now.toISOString());
    return { id, name, role, createdAt: now.toISOString() };
  }
}

interface Row {
  id: string;
  name: string;
  role: string;
  hash: string;
  created_at: string;
  last_used_at: string | null;
}

const fromOutside = (id: string) => `env-${id}`;

const holder = (row: Row): Holder => ({ keyId: row.id, name: row.name, role: fromRow(row).role });

const fromRow = (row: Row): Key =>
  Key.parse({
    id: row.id,
    name: row.name,
    role: row.role,
    createdAt: row.created_at,
    ...(row.last_used_at !== null && { lastUsedAt: row.last_used_at }),
  });
