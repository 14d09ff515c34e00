/** Filters and paging of a query for audit records. */
import * as z from "zod";
import { Instant } from "../names.ts";
import { AuditAction } from "./audit.ts";

export const AuditQuery = z.object({
  since: Instant.optional(),
  until: Instant.optional(),
  /** Name of the actor, or of the person that the actor worked for. */
  user: z.string().max(200).optional(),
  action: AuditAction.optional(),
  /**
   * Return only records whose number is lower than this number. Clients use this number to load older records, because Muster
   * returns the newest records first.
   */
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
export type AuditQuery = z.output<typeof AuditQuery>;
