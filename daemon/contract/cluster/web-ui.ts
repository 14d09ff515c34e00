/** Links to the web pages of other services. */
import * as z from "zod";

/** Only HTTP addresses are allowed, because Muster's page turns the addresses into links. */
const WebAddress = z.url({ protocol: /^https?$/ });

/** For an unreachable service, the name contains a note, as in the documented API. The field `reason` contains the cause. */
export const WebUi = z.object({
  name: z.string(),
  url: WebAddress,
  status: z.enum(["reachable", "unreachable"]).optional(),
  reason: z.string().optional(),
});
export type WebUi = z.output<typeof WebUi>;
