/** Admits a request: identifies its caller, checks the caller's role, and applies the rate limits. */
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

  /** Returns the caller, or undefined on a public route. Throws if the request is refused. */
  admit(
    request: FastifyRequest,
    reply: FastifyReply | undefined,
    route: Pick<Route, "access" | "method" | "sensitive">,
  ): Caller | undefined {
    const caller = route.access === "public" ? undefined : this.who(request, reply);
    // The caller is set before its role is checked, so that the audit names a refused caller.
    request.caller = caller;
    if (caller && route.access !== "public") requireAccess(caller, route.access);
    const limit = limitOf(route);
    if (limit === undefined) return caller;
    // A person's page and scripts may use the same key.
    // Control counts the page's and the scripts' requests separately, so a script in a loop cannot block the page.
    const who = caller ? `${caller.keyId} ${caller.session ? "page" : "key"}` : request.ip;
    refuseFor(this.#rate.take(`${limit} ${who}`, this.#limits[limit], Date.now()), reply);
    return caller;
  }

  /**
   * Authenticates the caller. If an address sends too many invalid keys, control refuses every key from this address
   * for up to a minute. Control does not block sessions, because a session's secret cannot be guessed. Besides, all
   * browsers behind a proxy share one address.
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
