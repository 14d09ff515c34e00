/** Adds the purpose of a job, for example `provision`. */

export const jobPurpose = "ALTER TABLE jobs ADD COLUMN purpose TEXT;";
