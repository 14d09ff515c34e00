/** Reading the audit, taking it along, and erasing a person from it. */
import * as z from "zod";
import type { Route } from "../route.ts";
import { AuditRecord } from "./audit.ts";
import { AuditQuery } from "./audit-query.ts";

export const auditRoutes = {
  listAudit: {
    method: "GET",
    path: "/api/audit",
    summary: "Who did, wanted or was refused what, newest first",
    // It tells of people: their names, their reasons, and from where somebody tried to log in.
    access: "admin",
    query: AuditQuery,
    response: z.array(AuditRecord),
  },
  exportAudit: {
    method: "GET",
    path: "/api/audit/export",
    summary: "Records after a number as lines of JSON that `muster audit verify --export` proves; empty when there are no more",
    access: "admin",
    query: z.object({
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(10_000).default(5000),
    }),
    media: "application/x-ndjson",
    response: z.instanceof(Uint8Array).meta({ type: "string", format: "binary" }),
  },
  eraseFromAudit: {
    method: "POST",
    path: "/api/audit/erasures",
    summary: "Take a person's name and the reasons they gave out of every record; the records stay and can still be proven",
    access: "admin",
    sensitive: true,
    recordsItself: true,
    body: z.strictObject({ name: z.string().min(1).max(200) }),
    response: z.object({ message: z.string() }),
  },
} satisfies Record<string, Route>;
