/**
 * Creates the client for the daemon at MUSTER_URL, with the API key in MUSTER_KEY. Error messages name environment
 * variables and command options instead of HTTP headers.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type Client, createClient } from "../contract/client.ts";
import { CommandFailure } from "./failure.ts";

export interface Daemon {
  url?: string | undefined;
  key?: string | undefined;
  version: string;
}

const PATIENCE_MS = 30_000;

export function connect({ url, key, version }: Daemon): Client {
  const baseUrl = baseUrlFrom(url);
  const secret = key || process.env.MUSTER_KEY;
  const headers = (): Record<string, string> => (secret ? { authorization: `Bearer ${secret}` } : {});
  const client = createClient({ baseUrl, headers, fetch: (input, init) => reach(baseUrl, input, init) });
  const calls = Object.entries(client).map(([name, call]) => [
    name,
    async (input: never) => {
      try {
        return await call(input);
      } catch (error) {
        throw await inOurWords(error, { baseUrl, headers: headers(), version });
      }
    },
  ]);
  return Object.fromEntries(calls) as Client;
}

function baseUrlFrom(flag: string | undefined): string {
  const url = flag ?? (process.env.MUSTER_URL || "http://127.0.0.1:8000");
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new CommandFailure(
      "USAGE",
      `${flag === undefined ? "MUSTER_URL" : "--url"}: ${url} is not an address such as http://127.0.0.1:8000`,
      "Give the address that `muster up` printed.",
    );
  return url.replace(/\/+$/, "");
}

/** Repeats a request after a rate limit, because a script that loops over many nodes reaches the limit. */
async function reach(baseUrl: string, input: string | URL | Request, init?: RequestInit): Promise<Response> {
  for (;;) {
    const response = await ask(baseUrl, input, init);
    const seconds = Number(response.headers.get("retry-after"));
    if (response.status !== 429 || !(seconds > 0 && seconds <= 60)) return response;
    process.stderr.write(`${baseUrl} limits the requests of this key; retrying in ${seconds} s\n`);
    await sleep(seconds * 1000);
  }
}

async function ask(baseUrl: string, input: string | URL | Request, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(input, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (cause) {
    const reason =
      cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : cause instanceof Error ? cause.message : cause;
    throw new ApiError(0, {
      code: "DAEMON_UNREACHABLE",
      message: `no answer from ${baseUrl}: ${reason || "connection refused"}`,
      hint: "Start the daemon with `muster up`, or set MUSTER_URL to its address.",
    });
  }
}

interface Conversation {
  baseUrl: string;
  headers: Record<string, string>;
  version: string;
}

/**
 * The daemon writes its hints for HTTP clients. This function rewrites the hints to name environment variables and command
 * options.
 */
async function inOurWords(error: unknown, talk: Conversation): Promise<unknown> {
  if (!(error instanceof ApiError)) return (await otherVersion(talk, "this command cannot read its answer")) ?? error;
  const reworded = (message: string, hint: string) => new ApiError(error.status, { code: error.code, message, hint });
  switch (error.code) {
    case "KEY_MISSING":
      return reworded(
        "no API key was given",
        "Set MUSTER_KEY. To create a key, run `muster key create --name <name> --role operator` on the control node.",
      );
    case "KEY_INVALID":
      return reworded(
        `${talk.baseUrl} does not know this API key`,
        "Check MUSTER_KEY. To create a new key, run `muster key create --name <name> --role operator` on the control node.",
      );
    case "REQUEST_INVALID":
      return reworded(error.message, "Correct the value that is named and run the command again. --help lists the options.");
    case "HTTP_ERROR":
    case "ROUTE_NOT_FOUND":
      return (
        (await otherVersion(talk, "it does not know this request")) ??
        reworded(`${talk.baseUrl}: ${error.message}`, "Is this the address of a Muster daemon? `muster up` prints the address.")
      );
    default:
      return error;
  }
}

/** An answer that makes no sense most likely comes from a daemon of another version. Returns a failure if the versions differ. */
async function otherVersion({ baseUrl, headers, version }: Conversation, symptom: string): Promise<CommandFailure | undefined> {
  const theirs = await fetch(`${baseUrl}/api/status`, { headers, signal: AbortSignal.timeout(PATIENCE_MS) })
    .then((response) => response.json())
    .then((status: unknown) => (status !== null && typeof status === "object" && "version" in status ? String(status.version) : undefined))
    // The address does not belong to a Muster daemon, so the first failure is the better error message.
    .catch(() => undefined);
  if (theirs === undefined || theirs === version) return undefined;
  return new CommandFailure(
    "VERSION_DIFFERS",
    `the daemon at ${baseUrl} is version ${theirs}, this command is ${version}: ${symptom}`,
    "Use the muster command of the daemon's own version.",
  );
}
