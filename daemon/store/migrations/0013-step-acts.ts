/**
 * Adds Muster's own actions (acts), which the control process performs for steps of plans. The primary key allows one
 * act per step.
 */

export const stepActs = `
CREATE TABLE step_acts (
  execution_id TEXT NOT NULL REFERENCES executions (id),
  step_id      TEXT NOT NULL,
  begun_at     TEXT NOT NULL,
  outcome      TEXT CHECK (outcome IS NULL OR json_valid(outcome)),
  PRIMARY KEY (execution_id, step_id)
) STRICT;
`;
