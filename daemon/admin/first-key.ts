/** How the first person gets in: a key made at the first start, or keys whose hashes came from outside. */
import { MusterError } from "../errors/errors.ts";
import type { KeyStore } from "../store/admin/keys.ts";

/** Hex SHA-256, comma-separated, in any of the documented variables. What is no longer there is no longer a key. */
export function adoptKeys(keys: KeyStore, env: NodeJS.ProcessEnv): void {
  const adopted = ["MUSTER_API_KEYS", "PIECAT_API_KEYS", "PIPECAT_API_KEYS"].flatMap((name) => {
    const hashes = (env[name] ?? "").split(",").flatMap((hash) => hash.trim().toLowerCase() || []);
    const wrong = hashes.find((hash) => !/^[0-9a-f]{64}$/.test(hash));
    if (wrong !== undefined)
      throw new MusterError(
        "CONFIG_INVALID",
        `${name}: "${wrong.slice(0, 12)}…" is not a SHA-256 in hex; make one with \`printf %s "$KEY" | sha256sum\``,
      );
    return hashes;
  });
  keys.adopt(adopted, new Date());
}

/** Only a database without any key gets one. */
export function firstKey(keys: KeyStore): string | undefined {
  return keys.list().length > 0 ? undefined : keys.create("first", "admin", new Date()).secret;
}
