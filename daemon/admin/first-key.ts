/** Creates the first API key, or accepts API keys whose hashes are in environment variables. */
import { MusterError } from "../errors/errors.ts";
import type { KeyStore } from "../store/admin/keys.ts";
import { sha256 } from "../store/secrets.ts";

/** The SHA-256 of texts that people copy from examples, and of an empty key. Anyone could guess the key of such a hash. */
const guessable = new Set(
  ["", "changeme", "change-me", "secret", "password", "admin", "test", "key", "example", "your-key", "your-key-here", "your_key"].flatMap(
    (text) => [sha256(text), sha256(`${text}\n`)],
  ),
);

/**
 * Returns the hashes of API keys in the documented environment variables. Each environment variable contains hex SHA-256
 * hashes, separated by commas. Throws CONFIG_INVALID if a hash is malformed or belongs to a placeholder.
 */
export function keyHashesIn(env: NodeJS.ProcessEnv): string[] {
  return ["MUSTER_API_KEYS", "PIECAT_API_KEYS", "PIPECAT_API_KEYS"].flatMap((name) => {
    const hashes = (env[name] ?? "").split(",").flatMap((hash) => hash.trim().toLowerCase() || []);
    for (const hash of hashes) {
      const fault = !/^[0-9a-f]{64}$/.test(hash)
        ? "is not a SHA-256 in hex"
        : guessable.has(hash)
          ? "is the hash of a placeholder"
          : undefined;
      if (fault !== undefined)
        throw new MusterError(
          "CONFIG_INVALID",
          `${name}: "${hash.slice(0, 12)}…" ${fault}; create one with \`printf %s "$KEY" | sha256sum\``,
        );
    }
    return hashes;
  });
}

/** Accepts the API keys of the environment. A key becomes invalid when its hash is removed from the environment variables. */
export function adoptKeys(keys: KeyStore, env: NodeJS.ProcessEnv): void {
  keys.adopt(keyHashesIn(env), new Date());
}

/** Creates a key and returns its secret. Returns undefined if the database already has keys. */
export function firstKey(keys: KeyStore): string | undefined {
  return keys.list().length > 0 ? undefined : keys.create("first", "admin", new Date()).secret;
}
