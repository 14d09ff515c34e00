/** Whom a request comes from, whether that one may ask this, and whether not too often. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Route } from "../contract/route.ts";
import { MusterError } from "../errors/errors.ts";
import type { KeyStore } from "../store/admin/keys.ts";
import { authenticate, type Caller, requireAccess } from "./auth.ts";
import { LIMITS, limitOf, Rate, type RateLimits } from "./rate.ts";

export class Gate {
  readonly #keys: KeyStore;
  readonly #limits: RateLimits;
  readonly #rate = new Rate();

  constructor(keys: KeyStore, limits: RateLimits = LIMITS) {
    this.#keys = keys;
    this.#limits = limits;
  }

  /** Throws when the request may not go on. */
  admit(
    request: FastifyRequest,
    reply: FastifyReply | undefined,
    route: Pick<Route, "access" | "method" | "sensitive">,
  ): Caller | undefined {
    const caller = route.access === "public" ? undefined : this.who(request, reply);
    // Also of who is refused next, for the audit names them.
    request.caller = caller;
    if (caller && route.access !== "public") requireAccess(caller, route.access);
    const limit = limitOf(route);
    if (limit === undefined) return caller;
    // The page and the programs of one person share a key: a script that runs wild leaves the page its own share.
    const who = caller ? `${caller.keyId} ${caller.session ? "page" : "key"}` : request.ip;
    refuseFor(this.#rate.take(`${limit} ${who}`, this.#limits[limit], Date.now()), reply);
    return caller;
  }

  /**
   * Whoever tries one key after the other from an address is not heard for a while, and with them no key from there. Sessions still
   * are: what they present is ours and random, and behind a proxy the page of everybody has one address.
   */
  who(request: FastifyRequest, reply?: FastifyReply): Caller {
    const guesser = `guesses ${request.ip}`;
    if (request.headers.authorization !== undefined) refuseFor(this.#rate.wait(guesser, this.#limits.normal, Date.now()), reply);
    try {
      return authenticate(request, this.#keys);
    } catch (error) {
      if (error instanceof MusterError && error.code === "KEY_INVALID") this.#rate.take(guesser, this.#limits.normal, Date.now());
      throw error;
    }
  }
}

function refuseFor(seconds: number, reply: FastifyReply | undefined): void {
  if (seconds === 0) return;
  reply?.header("retry-after", seconds);
  throw new MusterError("RATE_LIMITED", `Rate limit exceeded, retry in ${seconds} ${seconds === 1 ? "second" : "seconds"}`);
}
