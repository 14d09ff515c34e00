/**
 * Stores API keys and the browser sessions that were opened with them. A key is `mk_<id>_<secret>`. The database
 * contains only the hash of the key.
 */
import { Key, type Role } from "../../contract/admin/key.ts";
import { MusterError } from "../../errors/errors.ts";
import { atomically, type Db } from "../database.ts";
import { newSecret, sameHash, sha256 } from "../secrets.ts";

export const SESSION_SECONDS = 3600;

export interface Holder {
  keyId: string;
  name: string;
  role: Role;
  /** The person who owns the key. */
  owner: string;
}

export interface KeyTerms {
  /** The person who owns the key. The default owner is the name of the key. */
  owner?: string | undefined;
  expiresAt?: string | undefined;
}

export class KeyStore {
  readonly #insert;
  readonly #byHash;
  readonly #byHashStart;
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
    this.#insert = db.prepare<[string, string, string, string, string, string, string | null]>(
      "INSERT INTO keys (id, name, role, owner, hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.#byHash = db.prepare<[string], Row>("SELECT * FROM keys WHERE hash = ? AND revoked_at IS NULL");
    // The index contains only the first eight characters of each hash. The duration of an index lookup reveals how
    // many characters match. `sameHash` compares the complete hash in constant time.
    this.#byHashStart = db.prepare<[string], Row>("SELECT * FROM keys WHERE substr(hash, 1, 8) = ? AND revoked_at IS NULL");
    this.#all = db.prepare<[], Row>("SELECT * FROM keys WHERE revoked_at IS NULL ORDER BY created_at, name");
    this.#used = db.prepare<[string, string]>("UPDATE keys SET last_used_at = ? WHERE id = ?");
    this.#addSession = db.prepare<[string, string, string, string]>(
      "INSERT INTO sessions (hash, key_id, csrf_token, expires_at) VALUES (?, ?, ?, ?)",
    );
    this.#session = db.prepare<[string, string], Row & { csrf_token: string; session_ends: string }>(
      `SELECT keys.*, sessions.csrf_token, sessions.expires_at AS session_ends FROM sessions JOIN keys ON keys.id = sessions.key_id
       WHERE sessions.hash = ? AND sessions.expires_at > ? AND keys.revoked_at IS NULL`,
    );
    this.#endSession = db.prepare<[string]>("DELETE FROM sessions WHERE hash = ?");
    this.#dropOld = db.prepare<[string]>("DELETE FROM sessions WHERE expires_at <= ?");
    // Renames the revoked key, so that a new key can have its name.
    this.#revoke = db.prepare<[string, string]>(
      "UPDATE keys SET revoked_at = ?, name = name || ' (revoked, ' || id || ')' WHERE id = ? AND revoked_at IS NULL",
    );
    this.#endSessionsOf = db.prepare<[string]>("DELETE FROM sessions WHERE key_id = ?");
    this.#forget = db.prepare<[string]>("DELETE FROM keys WHERE hash = ? AND revoked_at IS NOT NULL");
  }

  create(name: string, role: Role, now: Date, { owner = name, expiresAt }: KeyTerms = {}): { key: Key; secret: string } {
    if (expiresAt !== undefined && Date.parse(expiresAt) <= now.getTime())
      throw new MusterError("REQUEST_INVALID", `expiresAt: ${expiresAt} is in the past`);
    const id = newSecret(4);
    const secret = `mk_${id}_${newSecret()}`;
    const end = expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() };
    return { key: this.#add({ id, name, role, owner, createdAt: now.toISOString(), ...end }, sha256(secret)), secret };
  }

  /**
   * Accepts the admin keys whose hashes are in `MUSTER_API_KEYS`. Revokes each earlier accepted key whose hash is no
   * longer in that variable.
   */
  adopt(hashes: string[], now: Date): void {
    atomically(this.#db, () => {
      for (const row of this.#all.all()) {
        if (row.name === fromOutside(row.id) && !hashes.includes(row.hash)) this.revoke(row.id, now);
      }
      for (const hash of new Set(hashes)) {
        if (this.#byHash.get(hash)) continue;
        this.#forget.run(hash);
        const name = fromOutside(hash.slice(0, 8));
        this.#add({ id: hash.slice(0, 8), name, role: "admin", owner: name, createdAt: now.toISOString() }, hash);
      }
    });
  }

  /** Revokes the key and ends every session that was opened with the key. Returns false if no such key exists. */
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

  /** Throws an error if the key has expired, so that the owner learns why the key fails. Returns undefined for an unknown key. */
  authenticate(secret: string, now: Date): Holder | undefined {
    const hash = sha256(secret);
    const row = this.#byHashStart.all(hash.slice(0, 8)).filter((each) => sameHash(each.hash, hash))[0];
    if (!row) return undefined;
    if (row.expires_at !== null && row.expires_at <= now.toISOString())
      throw new MusterError("KEY_EXPIRED", `this API key was good until ${row.expires_at}`);
    // Saves the time of the last use at most once a minute. Otherwise every request would write to the database.
    if (row.last_used_at === null || now.getTime() - Date.parse(row.last_used_at) > 60_000) this.#used.run(now.toISOString(), row.id);
    return holder(row);
  }

  /** Opens a session that lasts one hour, or ends earlier if its key expires. */
  openSession(keyId: string, now: Date): { secret: string; csrfToken: string; expiresAt: string } {
    this.#dropOld.run(now.toISOString());
    const secret = newSecret();
    const csrfToken = newSecret(16);
    const anHourOn = new Date(now.getTime() + SESSION_SECONDS * 1000).toISOString();
    const keyEnds = this.#all.all().find(({ id }) => id === keyId)?.expires_at ?? anHourOn;
    const expiresAt = keyEnds < anHourOn ? keyEnds : anHourOn;
    this.#addSession.run(sha256(secret), keyId, csrfToken, expiresAt);
    return { secret, csrfToken, expiresAt };
  }

  session(secret: string, now: Date): (Holder & { csrfToken: string; expiresAt: string }) | undefined {
    const row = this.#session.get(sha256(secret), now.toISOString());
    return row && { ...holder(row), csrfToken: row.csrf_token, expiresAt: row.session_ends };
  }

  closeSession(secret: string): void {
    this.#endSession.run(sha256(secret));
  }

  #add(key: Key, hash: string): Key {
    if (this.#all.all().some((row) => row.name === key.name))
      throw new MusterError("REQUEST_INVALID", `name: a key called ${key.name} exists already`);
    this.#insert.run(key.id, key.name, key.role, key.owner, hash, key.createdAt, key.expiresAt ?? null);
    return key;
  }
}

interface Row {
  id: string;
  name: string;
  role: string;
  owner: string;
  hash: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

const fromOutside = (id: string) => `env-${id}`;

const holder = (row: Row): Holder => ({ keyId: row.id, name: row.name, role: fromRow(row).role, owner: row.owner });

const fromRow = (row: Row): Key =>
  Key.parse({
    id: row.id,
    name: row.name,
    role: row.role,
    owner: row.owner,
    createdAt: row.created_at,
    ...(row.expires_at !== null && { expiresAt: row.expires_at }),
    ...(row.last_used_at !== null && { lastUsedAt: row.last_used_at }),
  });
