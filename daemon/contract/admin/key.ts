/** API keys, and the browser sessions that people open with a key. A key is shown only once and stored only as a SHA-256 hash. */
import * as z from "zod";
import { Instant, invisible, mixesScripts } from "../names.ts";

export const Role = z.enum(["viewer", "operator", "admin", "agent", "node"]);
export type Role = z.output<typeof Role>;

/** The name of an API key or of a person. Events, plans and the audit contain this name. */
export const KeyName = z
  .string()
  .max(60)
  .refine((name) => name.trim() !== "", "is empty")
  .refine((name) => name.search(invisible) < 0, "holds control characters or other characters that are not visible")
  .refine((name) => !mixesScripts(name), "mixes Latin, Cyrillic or Greek letters, which look alike");

export const Key = z.object({
  id: z.string(),
  name: z.string(),
  role: Role,
  /** The person responsible for the use of the key. */
  owner: z.string(),
  createdAt: Instant,
  /** The key and its sessions are invalid from this time on. */
  expiresAt: Instant.optional(),
  /** The time of the last use, precise to the minute. */
  lastUsedAt: Instant.optional(),
});
export type Key = z.output<typeof Key>;

export const Session = z.object({
  name: z.string(),
  role: Role,
  owner: z.string(),
  /**
   * The token that the browser sends in the header `x-csrf-token` with every change. Absent if the caller sends an API key as
   * a bearer token.
   */
  csrfToken: z.string().optional(),
  expiresAt: Instant.optional(),
});
export type Session = z.output<typeof Session>;
