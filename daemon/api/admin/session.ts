/** Defines the routes that log in to the page, log out of the page and manage API keys. */
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Holder, KeyStore } from "../../store/admin/keys.ts";
import type { EventStore } from "../../store/events.ts";
import { requireAccess } from "../auth.ts";
import type { Mount } from "../mount.ts";
import { isReadOverHttps } from "../page-origin.ts";
import { dropSessions, setSession } from "../session-cookies.ts";

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
    setSession(request, reply, keys, { secret, secure: isReadOverHttps(request, pageUrl) });
    return { name: holder.name, role: holder.role, owner: holder.owner, csrfToken, expiresAt };
  });

  mount(routes.whoami, (_, { caller }) => ({ name: caller.name, role: caller.role, owner: caller.owner, ...caller.session }));

  mount(routes.logout, (_, { request, reply }) => {
    dropSessions(request, reply, keys);
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
