/** Computes the layout of a rack or a room: its machines, and the free places for a machine that is being moved. Pure. */

import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { type Placed, placeWords, type Rack, type RackPlace } from "../../../../daemon/contract/machines/rack.ts";

/** The position on the grid, counted from 1. The unit with the highest number is at the top of a rack. */
export interface Spot {
  gridRow: number;
  gridColumn: number;
  span: number;
}

export interface Held {
  node: string;
  height: number;
}

export const spotOf = ({ row, column, height }: Omit<RackPlace, "rack">, { kind, rows }: Rack): Spot => ({
  gridRow: kind === "rack" ? rows - (row + height - 1) + 1 : row,
  gridColumn: column,
  span: height,
});

/** Returns all cells of a rack or room in reading order. */
export function cellsOf({ kind, rows, columns }: Rack): { row: number; column: number }[] {
  return Array.from({ length: rows * columns }, (_, index) => {
    const fromAbove = Math.floor(index / columns);
    return { row: kind === "rack" ? rows - fromAbove : fromAbove + 1, column: (index % columns) + 1 };
  });
}

const covers = (place: Placed, row: number, column: number): boolean =>
  place.column === column && place.row <= row && row < place.row + place.height;

export const holderOf = (places: readonly Placed[], row: number, column: number): Placed | undefined =>
  places.find((place) => covers(place, row, column));

/**
 * Returns true if the daemon would accept the place. `row` is the lowest unit of the machine. `places` are the occupied
 * places of the rack.
 */
export function fits({ node, height }: Held, { kind, rows }: Rack, places: readonly Placed[], row: number, column: number): boolean {
  const units = kind === "room" ? 1 : height;
  if (row + units - 1 > rows) return false;
  const others = places.filter((place) => place.node !== node);
  return Array.from({ length: units }, (_, above) => row + above).every((unit) => holderOf(others, unit, column) === undefined);
}

const byName = new Intl.Collator("en", { numeric: true });

export function unplacedOf(nodes: Iterable<Node>, places: readonly Placed[]): Node[] {
  const placed = new Set(places.map(({ node }) => node));
  return [...nodes]
    .filter(({ name, state }) => state.phase !== "retired" && !placed.has(name))
    .sort((a, b) => byName.compare(a.name, b.name));
}

/** Returns the place of a machine as a text, for example "A, unit 7". Returns undefined if the machine has no place. */
export function positionOf(node: string, racks: readonly Rack[], places: readonly Placed[]): string | undefined {
  const place = places.find((each) => each.node === node);
  const rack = racks.find(({ name }) => name === place?.rack);
  return place && rack && `${rack.name}, ${placeWords(place, rack.kind)}`;
}

interface Box {
  x: number;
  y: number;
}

/** Returns the index of the nearest place in the direction of an arrow key. Sideways distance counts double. */
export function nextIn(key: string, from: Box, spots: readonly Box[]): number | undefined {
  const way = ways[key];
  if (!way) return undefined;
  const ranked = spots
    .map(({ x, y }, index) => {
      const ahead = (x - from.x) * way.x + (y - from.y) * way.y;
      const aside = Math.abs((x - from.x) * way.y) + Math.abs((y - from.y) * way.x);
      return { index, ahead, cost: ahead + 2 * aside };
    })
    .filter(({ ahead }) => ahead > 1)
    .sort((a, b) => a.cost - b.cost);
  return ranked[0]?.index;
}

const ways: Record<string, Box> = {
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
};
