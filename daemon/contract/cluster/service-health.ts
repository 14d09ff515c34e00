/** A service in Consul with the health of its instances. */
import * as z from "zod";

/** The counts are about instances with a check. Consul treats an instance without a check as healthy. */
export const ServiceHealth = z.object({
  name: z.string(),
  passing: z.int(),
  warning: z.int(),
  critical: z.int(),
});
export type ServiceHealth = z.output<typeof ServiceHealth>;
