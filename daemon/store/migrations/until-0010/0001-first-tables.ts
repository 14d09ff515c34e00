/** Creates the tables of the first release: nodes, tokens, events, jobs, leases and keys. */

export const firstTables = `
CREATE TABLE nodes (
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
INSERT INTO meta (key, value) VALUES ('epoch', lower(hex(randomblob(8))));
`;
