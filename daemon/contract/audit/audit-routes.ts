/** Routes to read and export audit records, and to erase a person's data from them. */
import * as z from "zod";
import type { Route } from "../route.ts";
import { AuditRecord } from "./audit.ts";
import { AuditQuery } from "./audit-query.ts";

export const auditRoutes = {
  listAudit: {
    method: "GET",
    path: "/api/audit",
    summary: "Audit records, newest first",
    // Only admins may read audit records. The records contain people's names and reasons, and the addresses of failed logins.
    access: "admin",
    query: AuditQuery,
    response: z.array(AuditRecord),
  },
  exportAudit: {
    method: "GET",
    path: "/api/audit/export",
    summary: "Records after a number, as JSON lines for `muster audit verify --export`. Empty at the end.",
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
    summary: "Erase a person's name and reasons from all records. The records stay and can still be verified.",
    access: "admin",
    sensitive: true,
    recordsItself: true,
    body: z.strictObject({ name: z.string().min(1).max(200) }),
    response: z.object({ message: z.string() }),
  },
} satisfies Record<string, Route>;
