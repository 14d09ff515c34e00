/**
 * The cookies of browser sessions. A browser sends the cookies of a host to all ports of that host, so each session has a
 * cookie name of its own. Two daemons on one host, or behind two tunnels to localhost, do not overwrite each other's cookies.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { type KeyStore, SESSION_SECONDS } from "../store/admin/keys.ts";
import { sha256 } from "../store/secrets.ts";

const NAME = "muster_session";
const options = { path: "/", httpOnly: true, sameSite: "strict" } as const;
/** The largest number of cookies that control looks up. Control reads the database for each of them. */
const MOST_LOOKED_UP = 20;

export type FoundSession = NonNullable<ReturnType<KeyStore["session"]>> & { secret: string };

/** Returns true if the request has a session cookie of any daemon. */
export const hasSessionCookie = (request: FastifyRequest): boolean => sessionCookies(request).length > 0;

/** Returns the session of this daemon among the cookies of the request. */
export function sessionIn(request: FastifyRequest, keys: KeyStore, now: Date): FoundSession | undefined {
  for (const [, secret] of sessionCookies(request)) {
    const session = keys.session(secret, now);
    if (session) return { ...session, secret };
  }
  return undefined;
}

/** Gives the browser a new session. The earlier session of this daemon in the same browser ends. */
export function setSession(
  request: FastifyRequest,
  reply: FastifyReply,
  keys: KeyStore,
  { secret, secure }: { secret: string; secure: boolean },
): void {
  dropSessions(request, reply, keys);
  reply.setCookie(`${NAME}_${sha256(secret).slice(0, 8)}`, secret, { ...options, maxAge: SESSION_SECONDS, secure });
}

/** Ends the sessions of this daemon in the browser. The cookies of other daemons stay. */
export function dropSessions(request: FastifyRequest, reply: FastifyReply, keys: KeyStore): void {
  const now = new Date();
  for (const [name, secret] of sessionCookies(request)) {
    if (!keys.session(secret, now)) continue;
    keys.closeSession(secret);
    reply.clearCookie(name, options);
  }
}

/** An earlier version used the name without an ending. */
function sessionCookies({ cookies }: FastifyRequest): [name: string, secret: string][] {
  return Object.entries(cookies)
    .flatMap(([name, secret]): [string, string][] =>
      secret !== undefined && (name === NAME || name.startsWith(`${NAME}_`)) ? [[name, secret]] : [],
    )
    .slice(-MOST_LOOKED_UP);
}
