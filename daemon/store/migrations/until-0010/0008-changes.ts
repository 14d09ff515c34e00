/** Adds plans, approvals and executions. Database triggers prevent changes to plans and to ended approvals. */

export const changes = `
CREATE TABLE plans (
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
CREATE INDEX holds_of_execution ON node_holds (execution_id);
`;
