/**
 * Checks whether a machine fits at a place in a rack. The place must be inside the rack and must not overlap another
 * machine. Pure.
 */
import { placeWords, type Rack, type RackPlace } from "../contract/machines/rack.ts";

/**
 * Returns the reason why a machine does not fit at the place in the rack, or undefined. `others` are the other
 * machines in the rack.
 */
export function whyNotThere(place: RackPlace, rack: Rack, others: readonly (RackPlace & { node: string })[]): string | undefined {
  const { row, column, height } = place;
  if (rack.kind === "room" && height > 1) return "height: a machine takes one tile of a room";
  if (row + height - 1 > rack.rows || column > rack.columns)
    return `row: ${rack.name} has ${rack.kind === "room" ? `${rack.rows} rows and ${rack.columns} columns` : `${rack.rows} units`}, which leaves no room at ${placeWords(place, rack.kind)}`;
  const holder = others.find((other) => other.column === column && other.row < row + height && row < other.row + other.height);
  return holder && `row: ${holder.node} stands at ${placeWords(holder, rack.kind)} of ${rack.name}`;
}
