/** Adds an owner and an expiry time to API keys. */

export const keyOwners = `
ALTER TABLE keys ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE keys ADD COLUMN expires_at TEXT;
UPDATE keys SET owner = name;
CREATE INDEX keys_by_hash_start ON keys (substr(hash, 1, 8));
`;
