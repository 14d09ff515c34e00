/** Adds racks, rooms, and the position (place) of each node in them. */

export const racks = `
CREATE TABLE racks (
  name    TEXT PRIMARY KEY,
  kind    TEXT NOT NULL CHECK (kind IN ('rack', 'room')),
  rows    INTEGER NOT NULL,
  columns INTEGER NOT NULL
) STRICT;
CREATE TABLE node_places (
  node_id  TEXT PRIMARY KEY REFERENCES nodes (id),
  rack     TEXT NOT NULL REFERENCES racks (name) ON DELETE CASCADE,
  "row"    INTEGER NOT NULL,
  "column" INTEGER NOT NULL,
  height   INTEGER NOT NULL
) STRICT;
CREATE INDEX places_of_rack ON node_places (rack);
`;
