/** The pages of other services people go to from here. */
import * as z from "zod";

/** An address that is followed by a click: never one that runs something. */
const WebAddress = z.url({ protocol: /^https?$/ });

/** What cannot be reached says so in its name, as the documented answer does, and in `reason` why. */
export const WebUi = z.object({
  name: z.string(),
  url: WebAddress,
  status: z.enum(["reachable", "unreachable"]).optional(),
  reason: z.string().optional(),
});
export type WebUi = z.output<typeof WebUi>;
