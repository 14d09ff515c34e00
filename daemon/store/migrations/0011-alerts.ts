/** Adds alerts and the state of their delivery. */

export const alerts = `
CREATE TABLE alerts (
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
CREATE INDEX alerts_waiting ON alerts (next_try_at) WHERE next_try_at IS NOT NULL;
`;
