/** Authenticates callers by an API key or by a browser session with a CSRF token, and checks their role. */
import type { FastifyRequest } from "fastify";
import { KeyName, type Role } from "../contract/admin/key.ts";
import type { Route } from "../contract/route.ts";
import { MusterError } from "../errors/errors.ts";
import type { Holder, KeyStore } from "../store/admin/keys.ts";
import { sameHash, sha256 } from "../store/secrets.ts";
import { hasSessionCookie, sessionIn } from "./session-cookies.ts";

export interface Caller extends Holder {
  /**
   * The person that an agent acts for. The request header `x-on-behalf-of` names the person. By default, an agent acts
   * for the owner of its key. Callers with other roles act only for themselves.
   */
  onBehalfOf?: string;
  /** The browser session, or undefined if the caller uses an API key. */
  session?: { csrfToken: string; expiresAt: string };
}

/**
 * The roles that may use a route. The lowest role is first, because error messages name the first role. Nodes have no
 * role, because they authenticate with a token.
 */
const allowed: Record<Exclude<Route["access"], "public">, readonly Role[]> = {
  viewer: ["viewer", "agent", "operator", "admin"],
  proposer: ["operator", "agent", "admin"],
  operator: ["operator", "admin"],
  admin: ["admin"],
};

export function requireAccess(caller: Pick<Caller, "role">, access: Exclude<Route["access"], "public">): void {
  const roles = allowed[access];
  if (!roles.includes(caller.role)) {
    throw new MusterError("NOT_ALLOWED", `the role ${caller.role} may not do this; it needs ${roles[0]}`);
  }
}

export function authenticate(request: FastifyRequest, keys: KeyStore): Caller {
  const header = request.headers.authorization;
  const hasCookie = hasSessionCookie(request);
  // A browser may send the login of a proxy in this header, next to the cookie of its session.
  const isForProxy = header !== undefined && hasCookie && bearerKey(header) === undefined;
  if (header !== undefined && !isForProxy) return acting(fromKey(header, keys), request);
  if (!hasCookie) throw new MusterError("KEY_MISSING", "Missing API Key");
  return acting(fromSession(request, keys), request);
}

function acting(holder: Caller, request: FastifyRequest): Caller {
  if (holder.role !== "agent") return holder;
  // The caller is set first, so that the audit names the caller even if the header is invalid.
  request.caller = holder;
  const header = request.headers["x-on-behalf-of"];
  if (header === undefined) return { ...holder, onBehalfOf: holder.owner };
  const name = KeyName.safeParse(header);
  if (!name.success) throw new MusterError("REQUEST_INVALID", "x-on-behalf-of: is not a person's name of at most 60 visible characters");
  return { ...holder, onBehalfOf: name.data };
}

/**
 * Returns the key in an `authorization` header, or undefined if the header holds no bearer key. RFC 9110 (11.1 and 11.4)
 * allows any case for the name of the scheme, and several spaces after it.
 */
export const bearerKey = (header: string): string | undefined => /^bearer +(\S+)$/i.exec(header)?.[1];

function fromKey(header: string, keys: KeyStore): Holder {
  const key = bearerKey(header);
  if (key === undefined) throw new MusterError("KEY_INVALID", "Invalid authorization header format. Expected 'Bearer <key>'");
  const holder = keys.authenticate(key, new Date());
  if (!holder) throw new MusterError("KEY_INVALID", "Invalid API Key");
  return holder;
}

function fromSession(request: FastifyRequest, keys: KeyStore): Caller {
  const session = sessionIn(request, keys, new Date());
  if (!session) throw new MusterError("SESSION_ENDED", "The session has ended; log in again");
  const { csrfToken, expiresAt, secret: _, ...holder } = session;
  if (request.method !== "GET" && request.method !== "HEAD") requireCsrf(request, csrfToken);
  return { ...holder, session: { csrfToken, expiresAt } };
}

/**
 * Requires a CSRF token. A browser sends the session cookie even with the requests of other sites. Only our own page
 * can read the token.
 */
function requireCsrf(request: FastifyRequest, csrfToken: string): void {
  const sent = request.headers["x-csrf-token"];
  if (typeof sent !== "string" || !sameHash(sha256(sent), sha256(csrfToken))) {
    throw new MusterError("CSRF_INVALID", "the x-csrf-token header is missing or wrong");
  }
}
