/**
 * Keeps one lease for each machine and subnet. Before, a machine on two networks had one row, and a lease on the second
 * network deleted the lease on the first. The subnet of an earlier lease is empty until the lease is renewed.
 */

export const leasesByNetwork = `
CREATE TABLE leases_of_networks (
  mac        TEXT NOT NULL,
  network    TEXT NOT NULL,
  address    TEXT NOT NULL UNIQUE,
  state      TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  hostname   TEXT,
  cause      TEXT CHECK (cause IS NULL OR json_valid(cause)),
  PRIMARY KEY (mac, network)
) STRICT;
INSERT INTO leases_of_networks (mac, network, address, state, expires_at, hostname, cause)
  SELECT mac, '', address, state, expires_at, hostname, cause FROM leases;
DROP TABLE leases;
ALTER TABLE leases_of_networks RENAME TO leases;
`;
