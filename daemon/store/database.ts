/** Opens the one database of a data folder and brings its schema up to date. */
import Database from "better-sqlite3";
import { MusterError } from "../errors/errors.ts";
import { auditSchema } from "./audit/audit-schema.ts";

export type Db = Database.Database;

/** Append only: a released migration is never edited. The index is the schema version. */
const migrations = [
  `CREATE TABLE nodes (
     id         TEXT PRIMARY KEY,
     name       TEXT NOT NULL UNIQUE,
     state      TEXT NOT NULL CHECK (json_valid(state)),
     phase      TEXT NOT NULL GENERATED ALWAYS AS (state ->> 'phase') VIRTUAL,
     key_hash   TEXT GENERATED ALWAYS AS (state ->> 'keyHash') VIRTUAL,
     address    TEXT,
     facts      TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(facts)),
     disk       TEXT,
     last_event INTEGER,
     created_at TEXT NOT NULL,
     updated_at TEXT NOT NULL
   ) STRICT;
   CREATE INDEX nodes_by_phase ON nodes (phase);
   CREATE INDEX nodes_by_key ON nodes (key_hash);
   CREATE TABLE node_macs (
     mac      TEXT PRIMARY KEY,
     node_id  TEXT NOT NULL REFERENCES nodes (id),
     position INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX macs_of_node ON node_macs (node_id);
   CREATE TABLE host_keys (
     node_id   TEXT PRIMARY KEY REFERENCES nodes (id),
     host_key  TEXT NOT NULL,
     pinned_at TEXT NOT NULL
   ) STRICT;
   CREATE TABLE node_tokens (
     hash        TEXT PRIMARY KEY,
     node_id     TEXT NOT NULL REFERENCES nodes (id),
     purpose     TEXT NOT NULL CHECK (purpose IN ('install', 'enrol')),
     created_at  TEXT NOT NULL,
     expires_at  TEXT NOT NULL,
     redeemed_at TEXT,
     redeemed_as TEXT
   ) STRICT;
   CREATE INDEX tokens_of_node ON node_tokens (node_id);
   CREATE TABLE events (
     seq     INTEGER PRIMARY KEY AUTOINCREMENT,
     at      TEXT NOT NULL,
     source  TEXT NOT NULL,
     type    TEXT NOT NULL,
     summary TEXT NOT NULL,
     node_id TEXT,
     job_id  TEXT,
     detail  TEXT CHECK (detail IS NULL OR json_valid(detail))
   ) STRICT;
   CREATE INDEX events_of_node ON events (node_id, seq) WHERE node_id IS NOT NULL;
   CREATE INDEX events_of_job ON events (job_id, seq) WHERE job_id IS NOT NULL;
   CREATE TABLE jobs (
     id            TEXT PRIMARY KEY,
     kind          TEXT NOT NULL,
     playbook      TEXT NOT NULL,
     node_id       TEXT NOT NULL REFERENCES nodes (id),
     node_name     TEXT NOT NULL,
     status        TEXT NOT NULL,
     attempt       INTEGER NOT NULL,
     requested_by  TEXT NOT NULL,
     events_offset INTEGER NOT NULL DEFAULT 0,
     created_at    TEXT NOT NULL,
     started_at    TEXT,
     ended_at      TEXT,
     result        TEXT CHECK (result IS NULL OR json_valid(result))
   ) STRICT;
   CREATE INDEX jobs_by_status ON jobs (status);
   CREATE INDEX jobs_of_node ON jobs (node_id, created_at);
   CREATE UNIQUE INDEX one_live_job_a_node ON jobs (node_id) WHERE status IN ('queued', 'running', 'cancelling');
   CREATE TABLE leases (
     mac        TEXT PRIMARY KEY,
     address    TEXT NOT NULL UNIQUE,
     state      TEXT NOT NULL,
     expires_at INTEGER NOT NULL,
     hostname   TEXT
   ) STRICT;
   CREATE TABLE keys (
     id           TEXT PRIMARY KEY,
     name         TEXT NOT NULL UNIQUE,
     role         TEXT NOT NULL,
     hash         TEXT NOT NULL UNIQUE,
     created_at   TEXT NOT NULL,
     last_used_at TEXT,
     revoked_at   TEXT
   ) STRICT;
   CREATE TABLE sessions (
     hash       TEXT PRIMARY KEY,
     key_id     TEXT NOT NULL REFERENCES keys (id),
     csrf_token TEXT NOT NULL,
     expires_at TEXT NOT NULL
   ) STRICT;
   CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
   INSERT INTO meta (key, value) VALUES ('epoch', lower(hex(randomblob(8))));`,
  `ALTER TABLE jobs ADD COLUMN interruptions INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE jobs ADD COLUMN retry_at TEXT;
   ALTER TABLE jobs ADD COLUMN report_due INTEGER NOT NULL DEFAULT 0;
   UPDATE jobs SET interruptions = attempt - 1;
   CREATE INDEX jobs_to_report ON jobs (created_at) WHERE report_due = 1;`,
  "ALTER TABLE jobs ADD COLUMN purpose TEXT;",
  `ALTER TABLE leases ADD COLUMN cause TEXT CHECK (cause IS NULL OR json_valid(cause));
   CREATE TABLE lease_releases (address TEXT PRIMARY KEY) STRICT;
   CREATE TABLE dhcp_servers (
     address    TEXT PRIMARY KEY,
     mac        TEXT,
     first_seen TEXT NOT NULL,
     last_seen  TEXT NOT NULL,
     offer      TEXT CHECK (offer IS NULL OR json_valid(offer))
   ) STRICT;
   CREATE TABLE quirks (
     mac     TEXT PRIMARY KEY,
     chosen  TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(chosen)),
     learned TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(learned))
   ) STRICT;`,
  `ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE jobs ADD COLUMN after_job TEXT;
   ALTER TABLE jobs ADD COLUMN queued_at TEXT;
   ALTER TABLE jobs ADD COLUMN run TEXT;
   UPDATE jobs SET queued_at = created_at WHERE status = 'queued';
   UPDATE jobs SET status = 'waiting' WHERE status = 'queued' AND retry_at IS NOT NULL;
   UPDATE jobs SET run = id || '/' || attempt WHERE status IN ('running', 'cancelling');
   CREATE INDEX jobs_of_run ON jobs (run) WHERE run IS NOT NULL;
   DROP INDEX one_live_job_a_node;
   CREATE UNIQUE INDEX one_live_job_a_node ON jobs (node_id)
     WHERE status IN ('queued', 'running', 'cancelling', 'unknown') OR (status = 'waiting' AND after_job IS NULL);
   CREATE TABLE runs (
     id            TEXT PRIMARY KEY,
     events_offset INTEGER NOT NULL,
     lease_until   TEXT NOT NULL
   ) STRICT;
   INSERT INTO runs (id, events_offset, lease_until) SELECT run, events_offset, created_at FROM jobs WHERE run IS NOT NULL;`,
  `CREATE TABLE enrol_tokens (
     hash       TEXT PRIMARY KEY,
     role       TEXT NOT NULL,
     uses       INTEGER NOT NULL,
     created_by TEXT NOT NULL,
     created_at TEXT NOT NULL,
     expires_at TEXT NOT NULL,
     revoked_at TEXT
   ) STRICT;
   CREATE TABLE enrolments (
     token_hash  TEXT NOT NULL,
     redeemed_as TEXT NOT NULL,
     node_id     TEXT NOT NULL REFERENCES nodes (id),
     redeemed_at TEXT NOT NULL,
     PRIMARY KEY (token_hash, redeemed_as)
   ) STRICT;
   CREATE INDEX enrolments_of_node ON enrolments (node_id, redeemed_at);
   CREATE TABLE claims (
     id          TEXT PRIMARY KEY,
     fingerprint TEXT NOT NULL UNIQUE,
     call_home   TEXT NOT NULL CHECK (json_valid(call_home)),
     token_hash  TEXT NOT NULL,
     node_id     TEXT REFERENCES nodes (id),
     reason      TEXT NOT NULL,
     state       TEXT NOT NULL CHECK (state IN ('open', 'released', 'discarded')),
     tries       INTEGER NOT NULL,
     first_at    TEXT NOT NULL,
     last_at     TEXT NOT NULL
   ) STRICT;
   CREATE INDEX claims_on_node ON claims (node_id) WHERE node_id IS NOT NULL;`,
  `CREATE TABLE schedules (name TEXT PRIMARY KEY, schedule TEXT NOT NULL CHECK (json_valid(schedule))) STRICT;`,
  `CREATE TABLE plans (
     id               TEXT PRIMARY KEY,
     hash             TEXT NOT NULL,
     requester_key_id TEXT NOT NULL,
     proposal         TEXT NOT NULL CHECK (json_valid(proposal)),
     proposal_hash    TEXT NOT NULL,
     work             TEXT NOT NULL CHECK (json_valid(work)),
     created_at       TEXT NOT NULL
   ) STRICT;
   CREATE INDEX plans_by_hash ON plans (hash);
   CREATE INDEX plans_by_proposal ON plans (proposal_hash);
   CREATE TRIGGER plans_stay BEFORE UPDATE ON plans BEGIN SELECT raise(ABORT, 'a plan is never changed'); END;
   CREATE TABLE plan_keys (key TEXT PRIMARY KEY, plan_id TEXT NOT NULL REFERENCES plans (id), created_at TEXT NOT NULL) STRICT;
   CREATE TABLE approvals (
     id         TEXT PRIMARY KEY,
     plan_id    TEXT NOT NULL UNIQUE REFERENCES plans (id),
     approval   TEXT NOT NULL CHECK (json_valid(approval)),
     state      TEXT NOT NULL GENERATED ALWAYS AS (approval ->> 'state') VIRTUAL,
     created_at TEXT NOT NULL
   ) STRICT;
   CREATE INDEX approvals_by_state ON approvals (state, created_at);
   CREATE TRIGGER approvals_end BEFORE UPDATE ON approvals WHEN OLD.state NOT IN ('pending', 'approved')
     BEGIN SELECT raise(ABORT, 'an approval that has ended is never changed'); END;
   CREATE TABLE executions (
     id           TEXT PRIMARY KEY,
     plan_id      TEXT NOT NULL UNIQUE REFERENCES plans (id),
     plan_hash    TEXT NOT NULL,
     approval_id  TEXT UNIQUE REFERENCES approvals (id),
     status       TEXT NOT NULL,
     requested_by TEXT NOT NULL,
     created_at   TEXT NOT NULL,
     started_at   TEXT,
     ended_at     TEXT,
     error        TEXT
   ) STRICT;
   CREATE INDEX executions_by_status ON executions (status, created_at);
   CREATE INDEX executions_by_age ON executions (created_at);
   CREATE TABLE execution_steps (
     execution_id TEXT NOT NULL REFERENCES executions (id),
     step_id      TEXT NOT NULL,
     result       TEXT NOT NULL CHECK (json_valid(result)),
     PRIMARY KEY (execution_id, step_id)
   ) STRICT;
   CREATE TABLE node_holds (
     node_id      TEXT PRIMARY KEY REFERENCES nodes (id),
     execution_id TEXT NOT NULL REFERENCES executions (id),
     changes      INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX holds_of_execution ON node_holds (execution_id);`,
  auditSchema,
  `ALTER TABLE keys ADD COLUMN owner TEXT NOT NULL DEFAULT '';
   ALTER TABLE keys ADD COLUMN expires_at TEXT;
   UPDATE keys SET owner = name;
   CREATE INDEX keys_by_hash_start ON keys (substr(hash, 1, 8));`,
  `CREATE TABLE alerts (
     id           INTEGER PRIMARY KEY AUTOINCREMENT,
     rule         TEXT NOT NULL,
     at           TEXT NOT NULL,
     summary      TEXT NOT NULL,
     tries        INTEGER NOT NULL DEFAULT 0,
     next_try_at  TEXT,
     delivered_at TEXT,
     error        TEXT
   ) STRICT;
   CREATE INDEX alerts_of_rule ON alerts (rule, at);
   CREATE INDEX alerts_waiting ON alerts (next_try_at) WHERE next_try_at IS NOT NULL;`,
  `CREATE TABLE racks (
     name    TEXT PRIMARY KEY,
     kind    TEXT NOT NULL CHECK (kind IN ('rack', 'room')),
     rows    INTEGER NOT NULL,
     columns INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE node_places (
     node_id  TEXT PRIMARY KEY REFERENCES nodes (id),
     rack     TEXT NOT NULL REFERENCES racks (name) ON DELETE CASCADE,
     "row"    INTEGER NOT NULL,
     "column" INTEGER NOT NULL,
     height   INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX places_of_rack ON node_places (rack);`,
];

export function openDatabase(file: string): Db {
  const db = new Database(file, { timeout: 10_000 });
  try {
    // A job or lease is promised to somebody the moment its transaction returns: FULL makes that true after a power cut.
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma("foreign_keys = ON");
    migrate(db, file);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** For who only looks: nothing can be changed through it, the schema neither. */
export function openReadOnly(file: string): Db {
  return new Database(file, { readonly: true, fileMustExist: true, timeout: 10_000 });
}

/** Immediate, because three processes open the database at the same moment. */
function migrate(db: Db, file: string): void {
  const run = db.transaction(() => {
    const version = db.pragma("user_version", { simple: true }) as number;
    if (version > migrations.length) {
      throw new MusterError("DATABASE_NEWER", `${file} has schema ${version}, this program knows ${migrations.length}`);
    }
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.pragma(`user_version = ${migrations.length}`);
  });
  run.immediate();
}

/** Run `work` as one transaction that takes the write lock at once, so that read, change and write are one step. */
export function atomically<T>(db: Db, work: () => T): T {
  return db.inTransaction ? work() : db.transaction(work).immediate();
}
