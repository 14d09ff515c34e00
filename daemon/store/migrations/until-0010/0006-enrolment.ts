/** Adds enrolment tokens that each admit several machines, and call-homes that wait for an operator's decision. */

export const enrolment = `
CREATE TABLE enrol_tokens (
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
CREATE INDEX claims_on_node ON claims (node_id) WHERE node_id IS NOT NULL;
`;
