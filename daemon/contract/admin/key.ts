/** API keys and the sessions made from them. A key is shown once and stored only as SHA-256. */
import * as z from "zod";
import { Instant } from "../names.ts";

export const Role = z.enum(["viewer", "operator", "admin", "agent", "node"]);
export type Role = z.output<typeof Role>;

/** Appears in every event that the key causes. */
export const KeyName = z
  .string()
  .regex(/^\P{Cc}+$/u, "is empty or holds control characters")
  .max(60);

export const Key = z.object({
  id: z.string(),
  name: z.string(),
  role: Role,
  /** The person responsible for the use of the key. */
  owner: z.string(),
  createdAt: Instant,
  /** The key and its sessions are invalid from this time on. */
  expiresAt: Instant.optional(),
  /** Precise to the minute. */
  lastUsedAt: Instant.optional(),
});
export type Key = z.output<typeof Key>;

export const Session = z.object({
  name: z.string(),
  role: Role,
  owner: z.string(),
  /** The browser sends it in the header `x-csrf-token` with every change. Absent for bearer keys. */
  csrfToken: z.string().optional(),
  expiresAt: Instant.optional(),
});
export type Session = z.output<typeof Session>;
