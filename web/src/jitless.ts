/** Runs before any schema is built: zod would otherwise try `new Function`, which our content policy forbids and reports. */
import * as z from "zod";

z.config({ jitless: true });
