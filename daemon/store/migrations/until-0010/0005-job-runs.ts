/** Adds priorities and runs of jobs. A run is one Ansible process for several jobs. */

export const jobRuns = `
ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
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
INSERT INTO runs (id, events_offset, lease_until) SELECT run, events_offset, created_at FROM jobs WHERE run IS NOT NULL;
`;
