/** Who is asking, and may they: bearer keys, browser sessions with their CSRF token, and roles. */
import type { FastifyRequest } from "fastify";
import type { Role } from "../contract/key.ts";
import type { Route } from "../contract/route.ts";
import { MusterError } from "../errors.ts";
import type { KeyStore } from "../store/keys.ts";
import { sameHash, sha256 } from "../store/secrets.ts";

export const SESSION_COOKIE = "muster_session";

export interface Caller {
  keyId: string;
  name: string;
  role: Role;
  /** Present when a browser session asks. */
  session?: { csrfToken: string; expiresAt: string };
}

/** A role may do what its own level and those below allow. Agents only read; nodes have their token and nothing else. */
const level: Record<Role, number> = { node: 0, agent: 1, viewer: 1, operator: 2, admin: 3 };
const needed: Record<Exclude<Route["access"], "public">, number> = { viewer: 1, operator: 2, admin: 3 };

export function requireAccess(caller: Pick<Caller, "role">, access: Exclude<Route["access"], "public">): void {
  if (level[caller.role] < needed[access]) {
    throw new MusterError("NOT_ALLOWED", `the role ${caller.role} may not do this; it takes ${access}`);
  }
}

export function authenticate(request: FastifyRequest, keys: KeyStore): Caller {
  const header = request.headers.authorization;
  if (header !== undefined) return fromKey(header, keys);
  const cookie = request.cookies[SESSION_COOKIE];
  if (cookie === undefined) throw new MusterError("KEY_MISSING", "Missing API Key");
  return fromSession(request, cookie, keys);
}

function fromKey(header: string, keys: KeyStore): Caller {
  const [scheme, key, ...rest] = header.split(" ");
  if (scheme !== "Bearer" || !key || rest.length > 0) {
    throw new MusterError("KEY_INVALID", "Invalid authorization header format. Expected 'Bearer <key>'");
  }
  const holder = keys.authenticate(key, new Date());
  if (!holder) throw new MusterError("KEY_INVALID", "Invalid API Key");
  return holder;
}

function fromSession(request: FastifyRequest, cookie: string, keys: KeyStore): Caller {
  const session = keys.session(cookie, new Date());
  if (!session) throw new MusterError("SESSION_ENDED", "The session has ended; log in again");
  const { csrfToken, expiresAt, ...holder } = session;
  if (request.method !== "GET" && request.method !== "HEAD") requireCsrf(request, csrfToken);
  return { ...holder, session: { csrfToken, expiresAt } };
}

/** A cookie is sent by the browser whoever wrote the page; the token only by ours. */
function requireCsrf(request: FastifyRequest, csrfToken: string): void {
  const sent = request.headers["x-csrf-token"];
  if (typeof sent !== "string" || !sameHash(sha256(sent), sha256(csrfToken))) {
    throw new MusterError("CSRF_INVALID", "the x-csrf-token header is missing or wrong");
  }
}

/** Browsers send Origin with every WebSocket; another site's page must not ride on our cookie. */
export function requireSameOrigin(request: FastifyRequest): void {
  const origin = request.headers.origin;
  if (origin === undefined) throw new MusterError("ORIGIN_REFUSED", "a browser's WebSocket carries an Origin header");
  if (!URL.canParse(origin) || new URL(origin).host !== request.headers.host) {
    throw new MusterError("ORIGIN_REFUSED", `the page at ${origin} may not connect here`);
  }
}
