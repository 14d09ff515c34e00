/** A model in the folder of the control node, or what is in the place of one. */
import * as z from "zod";
import { Model } from "./model.ts";

export const StoredModel = z.discriminatedUnion("state", [
  /** The SHA-256 was verified when the model was added, and the file has not changed since then. */
  Model.extend({
    state: z.literal("stored"),
    /** The path at the boot HTTP server. */
    path: z.string(),
  }),
  /** The file is not whole, was never verified, or changed later. No plan uses it. */
  z.object({ state: z.literal("damaged"), name: z.string(), reason: z.string() }),
]);
export type StoredModel = z.output<typeof StoredModel>;
