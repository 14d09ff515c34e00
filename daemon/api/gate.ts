/** Admits a request: identifies its caller, checks the caller's role, and applies the rate limits. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Route } from "../contract/route.ts";
import { MusterError } from "../errors/errors.ts";
import { steadyMs } from "../errors/steady-clock.ts";
import type { KeyStore } from "../store/admin/keys.ts";
import { authenticate, bearerKey, type Caller, requireAccess } from "./auth.ts";
import { LIMITS, limitOf, Rate, type RateLimits } from "./rate.ts";

/** A long answer counts as one request for each started piece of this size, because control needs time for each node in it. */
const ANSWER_PIECE = 64 * 1024;

export class Gate {
  readonly #keys: KeyStore;
  readonly #limits: RateLimits;
  readonly #rate = new Rate();
  /** The window in which a request to read was counted. */
  readonly #counted = new WeakMap<FastifyRequest, string>();

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
    const window = `${limit} ${who}`;
    refuseFor(this.#rate.take(window, this.#limits[limit], steadyMs()), reply);
    if (limit === "reading") this.#counted.set(request, window);
    return caller;
  }

  /** Counts the rest of a long answer towards the limit of its request. */
  weigh(request: FastifyRequest, answerLength: number): void {
    const window = this.#counted.get(request);
    const more = Math.ceil(answerLength / ANSWER_PIECE) - 1;
    if (window !== undefined && more > 0) this.#rate.add(window, more, steadyMs());
  }

  /**
   * Authenticates the caller. If an address sends too many invalid keys, control refuses every key from this address
   * for up to a minute. Control does not block sessions, because a session's secret cannot be guessed. Besides, all
   * browsers behind a proxy share one address.
   */
  who(request: FastifyRequest, reply?: FastifyReply): Caller {
    const guesser = `guesses ${request.ip}`;
    // A header without a bearer key, such as the Basic login of a proxy, guesses no key.
    const guesses = bearerKey(request.headers.authorization ?? "") !== undefined;
    if (guesses) refuseFor(this.#rate.wait(guesser, this.#limits.normal, steadyMs()), reply);
    try {
      return authenticate(request, this.#keys);
    } catch (error) {
      if (guesses && error instanceof MusterError && error.code === "KEY_INVALID")
        this.#rate.take(guesser, this.#limits.normal, steadyMs());
      throw error;
    }
  }
}

function refuseFor(seconds: number, reply: FastifyReply | undefined): void {
  if (seconds === 0) return;
  reply?.header("retry-after", seconds);
  throw new MusterError("RATE_LIMITED", `Rate limit exceeded, retry in ${seconds} ${seconds === 1 ? "second" : "seconds"}`);
}
