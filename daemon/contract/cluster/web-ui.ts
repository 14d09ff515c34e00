/** Links to the pages of other services. */
import * as z from "zod";

/** HTTP addresses only, because the page makes them links. */
const WebAddress = z.url({ protocol: /^https?$/ });

/** An unreachable service has a note in its name, as the documented API does, and the cause in `reason`. */
export const WebUi = z.object({
  name: z.string(),
  url: WebAddress,
  status: z.enum(["reachable", "unreachable"]).optional(),
  reason: z.string().optional(),
});
export type WebUi = z.output<typeof WebUi>;
