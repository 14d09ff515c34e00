/**
 * Sends one HTTP request without following redirects. The address is checked after the name is resolved, and the connection
 * uses the checked address.
 */
import { lookup } from "node:dns";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { explain } from "../../errors/errors.ts";
import { nothing } from "../kept-output.ts";
import { mayReach } from "./addresses.ts";
import { reasonOf, type StepEnd, StepFailure } from "./ending.ts";
import { Keeper } from "./output.ts";

export interface HttpWork {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** Allows requests to this machine itself. Only tests set this option to true. No tool form can set it. */
  allowLoopback: boolean;
  /** The status codes that count as a success. The default is 200 to 299. */
  expect?: readonly number[];
}

export async function runHttp(work: HttpWork, capBytes: number, signal: AbortSignal): Promise<StepEnd> {
  try {
    const response = await send(work, signal);
    const keeper = new Keeper(capBytes);
    keeper.take(Buffer.from(`HTTP ${response.statusCode} ${response.statusMessage ?? ""}\n`));
    let bytes = 0;
    for await (const chunk of response) {
      keeper.take(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      // Stops reading, because an endless response must not block the step.
      if (bytes > MOST_BYTES) {
        response.destroy();
        break;
      }
    }
    return judged(response, work, keeper);
  } catch (error) {
    if (signal.aborted) return { status: reasonOf(signal), said: nothing };
    // The server may have performed the request even if its response was lost.
    const unsure = !SAFE.has(work.method) && !neverSent(error);
    return { status: unsure ? "unknown" : "failed", said: nothing, error: explain(error) };
  }
}

const MOST_BYTES = 10_000_000;
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const NOT_CONNECTED = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"]);

const neverSent = (error: unknown): boolean =>
  error instanceof StepFailure || (error instanceof Error && "code" in error && NOT_CONNECTED.has(String(error.code)));

function judged({ statusCode = 0, headers }: IncomingMessage, { expect }: HttpWork, keeper: Keeper): StepEnd {
  const well = expect === undefined || expect.length === 0 ? statusCode >= 200 && statusCode < 300 : expect.includes(statusCode);
  const said = keeper.said();
  if (well) return { status: "succeeded", exitCode: statusCode, said };
  const where = headers.location === undefined ? "" : `, and points to ${headers.location.slice(0, 200)}, which is not followed`;
  return { status: "failed", exitCode: statusCode, said, error: `answered ${statusCode}${where}` };
}

function send({ method, url, headers, body, allowLoopback }: HttpWork, signal: AbortSignal): Promise<IncomingMessage> {
  const address = new URL(url);
  if (address.protocol !== "http:" && address.protocol !== "https:") throw notAllowed(url, "must use http or https");
  if (address.username !== "" || address.password !== "") throw notAllowed(address.host, "must not have a password in the URL");
  const host = address.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !mayReach(host, allowLoopback)) throw notAllowed(host, "is not an address that a step may reach");
  const options = {
    method,
    headers: { "user-agent": "muster", ...headers },
    signal,
    agent: false,
    lookup: judgedLookup(allowLoopback),
  } as const;
  return new Promise((resolve, reject) => {
    const speak = address.protocol === "https:" ? httpsRequest : httpRequest;
    speak(address, options, resolve).once("error", reject).end(body);
  });
}

/** Checks the address during the name lookup of the connection, so that a second lookup cannot return another address. */
const judgedLookup =
  (allowLoopback: boolean): LookupFunction =>
  (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const bad = addresses.find(({ address }) => !mayReach(address, allowLoopback));
      if (bad) return done(notAllowed(host, `resolves to ${bad.address}, which no step may reach`), []);
      const [first] = addresses;
      if (options.all) return done(null, addresses);
      return first ? done(null, first.address, first.family) : done(notAllowed(host, "has no address"), "");
    });
  };

const notAllowed = (what: string, why: string): StepFailure => new StepFailure(`${what} ${why}`);
