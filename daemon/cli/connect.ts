/** The client of the daemon that MUSTER_URL and MUSTER_KEY name. */
import { ApiError, type Client, createClient } from "../contract/client.ts";

export function connect({ url, key }: { url?: string; key?: string }): Client {
  const baseUrl = (url ?? process.env.MUSTER_URL ?? "http://127.0.0.1:8000").replace(/\/$/, "");
  const secret = key ?? process.env.MUSTER_KEY;
  return createClient({
    baseUrl,
    headers: () => (secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
    fetch: async (...request) => {
      try {
        return await fetch(...request);
      } catch (cause) {
        const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
        throw new ApiError(0, {
          code: "DAEMON_UNREACHABLE",
          message: `no answer from ${baseUrl}: ${reason}`,
          hint: "Start the daemon with `muster up`, or set MUSTER_URL to where it runs.",
        });
      }
    },
  });
}
