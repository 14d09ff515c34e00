/** Creates the first API key, or accepts API keys whose hashes are in environment variables. */
import { MusterError } from "../errors/errors.ts";
import type { KeyStore } from "../store/admin/keys.ts";

/**
 * Accepts the API keys whose hashes are in the documented environment variables. Each environment variable contains hex
 * SHA-256 hashes, separated by commas. A key becomes invalid when its hash is removed from the environment variables.
 */
export function adoptKeys(keys: KeyStore, env: NodeJS.ProcessEnv): void {
  const adopted = ["MUSTER_API_KEYS", "PIECAT_API_KEYS", "PIPECAT_API_KEYS"].flatMap((name) => {
    const hashes = (env[name] ?? "").split(",").flatMap((hash) => hash.trim().toLowerCase() || []);
    const wrong = hashes.find((hash) => !/^[0-9a-f]{64}$/.test(hash));
    if (wrong !== undefined)
      throw new MusterError(
        "CONFIG_INVALID",
        `${name}: "${wrong.slice(0, 12)}…" is not a SHA-256 in hex; create one with \`printf %s "$KEY" | sha256sum\``,
      );
    return hashes;
  });
  keys.adopt(adopted, new Date());
}

/** Creates a key and returns its secret. Returns undefined if the database already has keys. */
export function firstKey(keys: KeyStore): string | undefined {
  return keys.list().length > 0 ? undefined : keys.create("first", "admin", new Date()).secret;
}
