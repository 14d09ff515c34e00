/**
 * Racks, which have units, and rooms, which have tiles. People use racks and rooms to find a machine. Muster itself
 * does not use racks and rooms.
 */
import * as z from "zod";
import { invisible, NodeName } from "../names.ts";

export const RackName = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u, "is not a name of a rack: begins with a letter or digit; letters, digits, spaces, . _ -")
  .refine((name) => name.search(invisible) < 0, "holds characters that are not visible");

/** `rack`: rows are units, counted from the bottom. `room`: rows and columns are tiles, counted from the top left. */
export const Rack = z.object({
  name: RackName,
  kind: z.enum(["rack", "room"]),
  rows: z.int().min(1).max(60),
  columns: z.int().min(1).max(24),
});
export type Rack = z.output<typeof Rack>;

export const RackPlace = z.object({
  rack: RackName,
  /** In a rack, `row` is the number of the lowest unit that the machine occupies. */
  row: z.int().min(1).max(60),
  column: z.int().min(1).max(24),
  /** The height of the machine in units. In a room, the height is 1 tile. */
  height: z.int().min(1).max(20),
});
export type RackPlace = z.output<typeof RackPlace>;

export const Placed = RackPlace.extend({ node: NodeName });
export type Placed = z.output<typeof Placed>;

/** Describes a machine's place in words, such as `unit 7`, `units 7-8` or `row 2, column 5`. */
export function placeWords({ row, column, height }: Omit<RackPlace, "rack">, kind: Rack["kind"]): string {
  if (kind === "room") return `row ${row}, column ${column}`;
  return height === 1 ? `unit ${row}` : `units ${row}-${row + height - 1}`;
}
