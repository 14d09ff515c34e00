/** A quirk book of a fleet without a quirk file, with every boot file available. */
import { QuirkBook, type QuirkBookParts } from "../../../daemon/netboot/quirks/quirk-book.ts";
import type { World } from "../world.ts";

export const quirkBookOf = (
  { quirks, nodes, events }: Pick<World, "quirks" | "nodes" | "events">,
  options: Partial<QuirkBookParts> = {},
): QuirkBook => new QuirkBook({ quirks, nodes, events, lines: [], hasBootFile: () => true, ...options });
