/** The first keys: one that the first start creates, or keys whose hashes the environment gives. */
import { MusterError } from "../errors/errors.ts";
import type { KeyStore } from "../store/admin/keys.ts";

/** Hex SHA-256, separated by commas, in any of the documented variables. A hash that is no longer given is no longer a key. */
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

/** Creates a key only in a database without keys. */
export function firstKey(keys: KeyStore): string | undefined {
  return keys.list().length > 0 ? undefined : keys.create("first", "admin", new Date()).secret;
}
