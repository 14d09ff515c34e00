/** Which records of the audit somebody wants to see. */
import * as z from "zod";
import { Instant } from "../names.ts";
import { AuditAction } from "./audit.ts";

export const AuditQuery = z.object({
  since: Instant.optional(),
  until: Instant.optional(),
  /** Who did it, or for whom it was done. */
  user: z.string().max(200).optional(),
  action: AuditAction.optional(),
  /** Only records before this one: how one pages, as the newest come first. */
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
export type AuditQuery = z.output<typeof AuditQuery>;
