/** Defines `muster rack`, which manages racks, rooms and the places of machines. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Placed, placeWords, type Rack } from "../../contract/machines/rack.ts";
import { CommandFailure } from "../failure.ts";
import { print, table } from "../print.ts";
import { examples, type Words, whole } from "../words.ts";

interface Size {
  units?: number;
  room?: { rows: number; columns: number };
}

export function rackCommands(program: Command, words: Words): void {
  const rack = program.command("rack").description("manage racks and rooms, and the positions of machines in them");
  looking(rack, words);
  racks(rack, words);
  places(rack, words);
}

function looking(rack: Command, { json, client }: Words): void {
  rack
    .command("list", { isDefault: true })
    .description("list the racks and rooms with their machines, and the machines without a position")
    .addHelpText("after", examples("muster rack", "muster rack list --json | jq '.places[] | select(.rack==\"A\")'"))
    .action(async () => {
      const [{ racks, places }, nodes] = await Promise.all([client().listRacks(), client().listNodes()]);
      const known = new Set(places.map(({ node }) => node));
      const unplaced = nodes.filter(({ name, state }) => state.phase !== "retired" && !known.has(name)).map(({ name }) => name);
      print(json(), { racks, places, unplaced }, shown(racks, places, unplaced));
    });
}

function racks(rack: Command, { json, client }: Words): void {
  rack
    .command("add")
    .argument("<name>")
    .description("add a rack or a room, or change its size")
    .addOption(
      new Option("--units <number>", "number of units of the rack (default: 42 for a new one)").argParser(whole(1, 60)).conflicts("room"),
    )
    .option("--room <rows x columns>", "size of a room as rows x columns of tiles, such as 6x10", tiles)
    .addHelpText("after", examples("muster rack add A --units 42", "muster rack add cellar --room 6x10"))
    .action(async (name: string, { units, room }: Size) => {
      const daemon = client();
      if (units === undefined && room === undefined) requireNew(name, (await daemon.listRacks()).racks);
      const saved = await daemon.saveRack(room ? { name, kind: "room", ...room } : { name, kind: "rack", rows: units ?? 42 });
      print(json(), saved, `${saved.name}: ${sizeOf(saved)}.`);
    });
  rack
    .command("remove")
    .argument("<name>")
    .description("remove a rack or a room, and the positions of its machines")
    .addHelpText("after", examples("muster rack remove A"))
    .action(async (name: string) => {
      const answer = await client().removeRack({ rack: name });
      print(json(), answer, `${answer.message}.`);
    });
}

function places(rack: Command, { json, client }: Words): void {
  rack
    .command("place")
    .argument("<node>")
    .argument("<rack>")
    .argument("<row>", "unit of a rack, counted from the bottom, or row of a room, counted from the top", whole(1, 60))
    .argument("[column]", "column of a room, counted from the left", whole(1, 24), 1)
    .option("--height <units>", "height of the machine in rack units", whole(1, 20), 1)
    .description("set or change the position of a machine in a rack or a room")
    .addHelpText("after", examples("muster rack place rack1-n1 A 7 --height 2", "muster rack place tower-3 cellar 2 5"))
    .action(async (node: string, name: string, row: number, column: number, { height }: { height: number }) => {
      const daemon = client();
      const placed = await daemon.placeNode({ node, rack: name, row, column, height });
      const kind = (await daemon.listRacks()).racks.find((known) => known.name === placed.rack)?.kind ?? "rack";
      print(json(), placed, `${placed.node} stands in ${placed.rack}, ${placeWords(placed, kind)}.`);
    });
  rack
    .command("unplace")
    .argument("<node>")
    .description("remove a machine from its rack or room")
    .addHelpText("after", examples("muster rack unplace rack1-n1"))
    .action(async (node: string) => {
      const answer = await client().unplaceNode({ node });
      print(json(), answer, `${answer.message}.`);
    });
}

/** Throws if the rack exists already, because a new rack without a size gets the default size. */
function requireNew(name: string, racks: readonly Rack[]): void {
  const known = racks.find((rack) => rack.name === name);
  if (known) throw new CommandFailure("USAGE", `${name} exists already: ${sizeOf(known)}`, "To change its size, use --units or --room.");
}

function tiles(text: string): { rows: number; columns: number } {
  const [, rows, columns] = /^(\d{1,2})x(\d{1,2})$/.exec(text) ?? [];
  if (rows === undefined || columns === undefined) throw new InvalidArgumentError("It is not rows x columns, such as 6x10.");
  return { rows: Number(rows), columns: Number(columns) };
}

const sizeOf = ({ kind, rows, columns }: Rack): string => (kind === "rack" ? `${rows} units` : `${rows} rows, ${columns} columns`);

function shown(racks: readonly Rack[], places: readonly Placed[], unplaced: readonly string[]): string {
  if (racks.length === 0) return "There is no rack yet. Add one: muster rack add A --units 42";
  const rows = racks.flatMap((rack) => {
    const held = places.filter((place) => place.rack === rack.name);
    const size = sizeOf(rack);
    if (held.length === 0) return [[rack.name, size, "", "", "empty"]];
    return held.map(({ row, column, height, node }) => [
      rack.name,
      size,
      height === 1 ? String(row) : `${row}-${row + height - 1}`,
      rack.kind === "room" ? String(column) : "",
      node,
    ]);
  });
  const list = table([{ title: "RACK" }, { title: "SIZE" }, { title: "ROW" }, { title: "COLUMN" }, { title: "NODE" }], rows);
  return unplaced.length === 0 ? list : `${list}\n\nWithout a place: ${unplaced.join(", ")}`;
}
