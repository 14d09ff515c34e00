/** Adds schedules. Each schedule is stored as one JSON value. */

export const schedules = `CREATE TABLE schedules (name TEXT PRIMARY KEY, schedule TEXT NOT NULL CHECK (json_valid(schedule))) STRICT;`;
