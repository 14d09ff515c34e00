/**
 * Keeps answers fast when the database has the jobs and events of several years: indexes by age, and the number of jobs
 * by kind and status, which triggers keep up to date.
 */

export const longHistory = `
CREATE INDEX jobs_by_age ON jobs (created_at, id);
CREATE INDEX jobs_by_end ON jobs (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX provisioning_of_node ON jobs (node_id, created_at, id) WHERE purpose IS NULL;
CREATE INDEX executions_by_end ON executions (ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX events_by_time ON events (at);
CREATE INDEX events_by_type ON events (type);
CREATE TABLE job_counts (
  kind   TEXT NOT NULL,
  status TEXT NOT NULL,
  count  INTEGER NOT NULL,
  PRIMARY KEY (kind, status)
) STRICT, WITHOUT ROWID;
INSERT INTO job_counts SELECT kind, status, count(*) FROM jobs GROUP BY kind, status;
CREATE TRIGGER job_counted AFTER INSERT ON jobs BEGIN
  INSERT INTO job_counts VALUES (new.kind, new.status, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER job_recounted AFTER UPDATE OF kind, status ON jobs WHEN old.kind <> new.kind OR old.status <> new.status BEGIN
  UPDATE job_counts SET count = count - 1 WHERE kind = old.kind AND status = old.status;
  INSERT INTO job_counts VALUES (new.kind, new.status, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER job_uncounted AFTER DELETE ON jobs BEGIN
  UPDATE job_counts SET count = count - 1 WHERE kind = old.kind AND status = old.status;
END;
`;
