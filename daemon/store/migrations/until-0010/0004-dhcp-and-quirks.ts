/** Adds a column for the cause of a lease. Adds tables for other DHCP servers on the network and for firmware quirks. */

export const dhcpAndQuirks = `
ALTER TABLE leases ADD COLUMN cause TEXT CHECK (cause IS NULL OR json_valid(cause));
CREATE TABLE lease_releases (address TEXT PRIMARY KEY) STRICT;
CREATE TABLE dhcp_servers (
  address    TEXT PRIMARY KEY,
  mac        TEXT,
  first_seen TEXT NOT NULL,
  last_seen  TEXT NOT NULL,
  offer      TEXT CHECK (offer IS NULL OR json_valid(offer))
) STRICT;
CREATE TABLE quirks (
  mac     TEXT PRIMARY KEY,
  chosen  TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(chosen)),
  learned TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(learned))
) STRICT;
`;
