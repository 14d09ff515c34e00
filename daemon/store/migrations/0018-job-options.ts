/** Adds the options of a job: its tags and its extra variables, as JSON. */

export const jobOptions = "ALTER TABLE jobs ADD COLUMN options TEXT;";
