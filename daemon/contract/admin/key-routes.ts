/** Routes for API keys, and for the browser sessions that people open with a key. */
import * as z from "zod";
import { Instant } from "../names.ts";
import type { Route } from "../route.ts";
import { Key, KeyName, Role, Session } from "./key.ts";

export const keyRoutes = {
  listKeys: { method: "GET", path: "/api/keys", summary: "API keys, without their secrets", access: "admin", response: z.array(Key) },
  createKey: {
    method: "POST",
    path: "/api/keys",
    summary: "Create an API key. Only this response contains it.",
    access: "admin",
    sensitive: true,
    /** Without `owner` the key belongs to the caller. */
    body: z.strictObject({ name: KeyName, role: Role, owner: KeyName.optional(), expiresAt: Instant.optional() }),
    status: 201,
    response: Key.extend({ key: z.string() }),
  },
  revokeKey: {
    method: "DELETE",
    path: "/api/keys/:id",
    summary: "Revoke an API key and end its sessions",
    access: "admin",
    sensitive: true,
    params: z.object({ id: z.string().max(100) }),
    response: z.object({ message: z.string() }),
  },
  login: {
    method: "POST",
    path: "/api/session",
    summary: "Exchange a key for a one-hour session cookie",
    access: "public",
    sensitive: true,
    body: z.strictObject({ key: z.string().max(200) }),
    response: Session,
  },
  whoami: {
    method: "GET",
    path: "/api/session",
    summary: "Name, owner and role of the caller's key or session",
    access: "viewer",
    response: Session,
  },
  logout: {
    method: "DELETE",
    path: "/api/session",
    summary: "End the session",
    access: "viewer",
    response: z.object({ message: z.string() }),
  },
} satisfies Record<string, Route>;
