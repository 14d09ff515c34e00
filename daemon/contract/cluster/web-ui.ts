/** Links to the pages of other services. */
import * as z from "zod";

/** Only HTTP addresses are allowed, because the page turns them into links. */
const WebAddress = z.url({ protocol: /^https?$/ });

/** The name of an unreachable service contains a note, as in the documented API, and `reason` contains the cause. */
export const WebUi = z.object({
  name: z.string(),
  url: WebAddress,
  status: z.enum(["reachable", "unreachable"]).optional(),
  reason: z.string().optional(),
});
export type WebUi = z.output<typeof WebUi>;
