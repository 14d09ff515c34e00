/** Defines the routes that log in to the page, log out of the page and manage API keys. */
import type { FastifyReply } from "fastify";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import { type Holder, type KeyStore, SESSION_SECONDS } from "../../store/admin/keys.ts";
import type { EventStore } from "../../store/events.ts";
import { requireAccess, SESSION_COOKIE } from "../auth.ts";
import type { Mount } from "../mount.ts";
import { isReadOverHttps } from "../page-origin.ts";

const cookieOptions = { path: "/", httpOnly: true, sameSite: "strict" } as const;

/** Records logins in the audit. */
export interface LoginAudit {
  loggedIn(holder: Holder): void;
}

export interface SessionApi {
  keys: KeyStore;
  events: EventStore;
  /** The address of the page, if the configuration names one. */
  pageUrl?: string | undefined;
}

export function sessionApi(mount: Mount, { keys, events, pageUrl }: SessionApi, audit: LoginAudit): void {
  // Every role can read events, but only admins can list keys. Events therefore never contain the name or the owner of a key.
  const tell = (type: string, summary: string) => events.append({ source: "control", type: `key.${type}`, summary });
  mount(routes.login, ({ key }, { reply, request }) => {
    const now = new Date();
    const holder = keys.authenticate(key, now);
    if (!holder) throw new MusterError("KEY_INVALID", "Invalid API Key");
    requireAccess(holder, "viewer");
    const { secret, csrfToken, expiresAt } = keys.openSession(holder.keyId, now);
    audit.loggedIn(holder);
    reply.setCookie(SESSION_COOKIE, secret, { ...cookieOptions, maxAge: SESSION_SECONDS, secure: isReadOverHttps(request, pageUrl) });
    return { name: holder.name, role: holder.role, owner: holder.owner, csrfToken, expiresAt };
  });

  mount(routes.whoami, (_, { caller }) => ({ name: caller.name, role: caller.role, owner: caller.owner, ...caller.session }));

  mount(routes.logout, (_, { request, reply }) => {
    const cookie = request.cookies[SESSION_COOKIE];
    if (cookie !== undefined) keys.closeSession(cookie);
    forgetCookie(reply);
    return { message: "logged out" };
  });

  mount(routes.listKeys, () => keys.list());
  mount(routes.createKey, ({ name, role, owner, expiresAt }, { caller }) => {
    const { key, secret } = keys.create(name, role, new Date(), { owner: owner ?? caller.owner, expiresAt });
    tell("created", `a key with the role ${role} was created by ${caller.name}`);
    return { ...key, key: secret };
  });
  mount(routes.revokeKey, ({ id }, { caller }) => {
    if (!keys.revoke(id, new Date())) throw new MusterError("KEY_NOT_FOUND", `no key has the id ${id}`);
    tell("revoked", `the key ${id} was revoked by ${caller.name}`);
    return { message: `the key ${id} is revoked` };
  });
}

const forgetCookie = (reply: FastifyReply) => reply.clearCookie(SESSION_COOKIE, cookieOptions);
