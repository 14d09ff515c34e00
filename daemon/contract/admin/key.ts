/** Who may talk to the control plane. The key itself is shown once and stored only as SHA-256. */
import * as z from "zod";
import { Instant } from "../names.ts";

export const Role = z.enum(["viewer", "operator", "admin", "agent", "node"]);
export type Role = z.output<typeof Role>;

/** It stands in every event its holder causes. */
export const KeyName = z
  .string()
  .regex(/^\P{Cc}+$/u, "is empty or holds control characters")
  .max(60);

export const Key = z.object({
  id: z.string(),
  name: z.string(),
  role: Role,
  /** The person who answers for what is done with it. */
  owner: z.string(),
  createdAt: Instant,
  /** From then on it opens nothing, and no session made from it does. */
  expiresAt: Instant.optional(),
  /** To the minute. */
  lastUsedAt: Instant.optional(),
});
export type Key = z.output<typeof Key>;

export const Session = z.object({
  name: z.string(),
  role: Role,
  owner: z.string(),
  /** Sent back in the header `x-csrf-token` with every change. Absent when a bearer key is used. */
  csrfToken: z.string().optional(),
  expiresAt: Instant.optional(),
});
export type Session = z.output<typeof Session>;
