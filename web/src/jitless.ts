/** Runs before any schema is built. Otherwise zod tries `new Function`, which the content security policy forbids and reports. */
import * as z from "zod";

z.config({ jitless: true });
