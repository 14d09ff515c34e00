/**
 * Opens one SSH connection to a machine. The machine must present exactly the pinned host key. The connection stays open for
 * further steps.
 */
import { timingSafeEqual } from "node:crypto";
import { Client, type ClientChannel, type ServerHostKeyAlgorithm } from "ssh2";
import { StepFailure } from "./ending.ts";

export interface SshPlace {
  node: string;
  host: string;
  port: number;
  user: string;
  /** The host key as a type and base64 text, as `ssh-keyscan` prints it. */
  hostKey: string;
}

const CONNECT_MS = 15_000;
const ALIVE_MS = 5000;
const ALIVE_TIMES = 3;

export function connectSsh(place: SshPlace, privateKey: Buffer): Promise<Client> {
  const [type = "", blob = ""] = place.hostKey.trim().split(/\s+/);
  const pinned = Buffer.from(blob, "base64");
  const client = new Client();
  return new Promise((resolve, reject) => {
    let shown: Buffer | undefined;
    client.once("ready", () => resolve(client));
    client.on("error", (cause: Error) => reject(failure(place, cause, shown !== undefined && !same(shown, pinned))));
    // The machine closed the connection without an error.
    client.once("close", () => reject(failure(place, new Error("the machine closed the connection"), false)));
    client.connect({
      host: place.host,
      port: place.port,
      username: place.user,
      privateKey,
      authHandler: ["publickey"],
      readyTimeout: CONNECT_MS,
      keepaliveInterval: ALIVE_MS,
      keepaliveCountMax: ALIVE_TIMES,
      // Requests a host key of the pinned type. A machine has keys of several types, but only the pinned key can be compared.
      algorithms: { serverHostKey: signaturesOf(type) },
      hostVerifier: (key: Buffer) => {
        shown = key;
        return same(key, pinned);
      },
    });
  });
}

export type Exit = { code: number | null; signal?: string } | "lost";

export interface SshSession {
  channel: ClientChannel;
  /** Resolves after the whole output has arrived. */
  exit: Promise<Exit>;
}

export const openSession = (client: Client, line: string): Promise<SshSession> =>
  new Promise((resolve, reject) => {
    // Adds the listeners immediately, because the end of a short command may be in the same packet as its start.
    client.exec(line, (error, channel) => (error ? reject(error) : resolve({ channel, exit: awaitExit(channel) })));
  });

function awaitExit(channel: ClientChannel): Promise<Exit> {
  return new Promise((resolve) => {
    let exit: Exit = "lost";
    channel.once("exit", (code: number | null, name?: string) => {
      exit = { code, ...(name && { signal: name }) };
    });
    channel.once("close", () => resolve(exit));
  });
}

const same = (shown: Buffer, pinned: Buffer): boolean => shown.length === pinned.length && timingSafeEqual(shown, pinned);

/**
 * Returns the signature algorithms for a key type. An RSA key supports several algorithms, but SHA-1 is excluded because it
 * is broken.
 */
function signaturesOf(type: string): ServerHostKeyAlgorithm[] {
  return type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type as ServerHostKeyAlgorithm];
}

function failure({ node, host, port, user }: SshPlace, cause: Error & { level?: string }, wrongKey: boolean): StepFailure {
  const at = `${node} (${host}:${port})`;
  if (wrongKey) return new StepFailure(`${at} shows another host key than the one pinned for it; nothing was sent to it`);
  if (cause.level === "client-authentication") return new StepFailure(`${at} does not accept Muster's key for ${user}`, { cause });
  return new StepFailure(`${at} cannot be reached over SSH`, { cause });
}
