/** A job keeps its purpose, for example `provision`. */

export const jobPurpose = "ALTER TABLE jobs ADD COLUMN purpose TEXT;";
