/**
 * This module must run before any schema is built. Without `jitless`, zod calls `new Function`, which the content
 * security policy forbids and reports.
 */
import * as z from "zod";

z.config({ jitless: true });
