/** Stores racks, rooms, and the position (place) of each node in them. */
import { Rack, RackPlace } from "../../contract/machines/rack.ts";
import type { Db } from "../database.ts";

export interface NodePlace extends RackPlace {
  nodeId: string;
}

export class RackStore {
  readonly #save;
  readonly #racks;
  readonly #find;
  readonly #remove;
  readonly #place;
  readonly #unplace;
  readonly #places;

  constructor(db: Db) {
    this.#save = db.prepare<[string, string, number, number]>(
      `INSERT INTO racks (name, kind, rows, columns) VALUES (?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, rows = excluded.rows, columns = excluded.columns`,
    );
    this.#racks = db.prepare<[]>("SELECT * FROM racks ORDER BY name");
    this.#find = db.prepare<[string]>("SELECT * FROM racks WHERE name = ?");
    this.#remove = db.prepare<[string]>("DELETE FROM racks WHERE name = ?");
    this.#place = db.prepare<[string, string, number, number, number]>(
      `INSERT INTO node_places (node_id, rack, "row", "column", height) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (node_id) DO UPDATE SET rack = excluded.rack, "row" = excluded."row", "column" = excluded."column", height = excluded.height`,
    );
    this.#unplace = db.prepare<[string]>("DELETE FROM node_places WHERE node_id = ?");
    this.#places = db.prepare<[], Row>('SELECT * FROM node_places ORDER BY rack, "row", "column"');
  }

  save({ name, kind, rows, columns }: Rack): void {
    this.#save.run(name, kind, rows, columns);
  }

  list(): Rack[] {
    return this.#racks.all().map((row) => Rack.parse(row));
  }

  find(name: string): Rack | undefined {
    const row = this.#find.get(name);
    return row === undefined ? undefined : Rack.parse(row);
  }

  /** Removes a rack or a room, and the positions of the nodes in it. Returns false if no rack or room has this name. */
  remove(name: string): boolean {
    return this.#remove.run(name).changes > 0;
  }

  place({ nodeId, rack, row, column, height }: NodePlace): void {
    this.#place.run(nodeId, rack, row, column, height);
  }

  unplace(nodeId: string): boolean {
    return this.#unplace.run(nodeId).changes > 0;
  }

  places(): NodePlace[] {
    return this.#places.all().map(({ node_id, ...place }) => ({ nodeId: node_id, ...RackPlace.parse(place) }));
  }
}

interface Row extends RackPlace {
  node_id: string;
}
