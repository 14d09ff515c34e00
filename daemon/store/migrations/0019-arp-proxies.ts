/** Adds the neighbours that answer ARP requests for addresses of others. */

export const arpProxies = `
CREATE TABLE arp_proxies (
  mac        TEXT NOT NULL,
  interface  TEXT NOT NULL,
  address    TEXT NOT NULL,
  first_seen TEXT NOT NULL,
  last_seen  TEXT NOT NULL,
  PRIMARY KEY (mac, interface)
) STRICT;
`;
