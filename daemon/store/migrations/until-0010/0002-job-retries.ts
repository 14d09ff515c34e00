/** Adds columns for retries of interrupted jobs, and for reports that are delivered once. */

export const jobRetries = `
ALTER TABLE jobs ADD COLUMN interruptions INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN retry_at TEXT;
ALTER TABLE jobs ADD COLUMN report_due INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET interruptions = attempt - 1;
CREATE INDEX jobs_to_report ON jobs (created_at) WHERE report_due = 1;
`;
