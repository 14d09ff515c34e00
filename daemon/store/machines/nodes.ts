/**
 * Stores the nodes and finds them by id, name, MAC address or install key. Other modules decide when a node changes
 * its phase.
 */

import { Node, type Phase } from "../../contract/machines/node.ts";
import type { Mac } from "../../contract/names.ts";
import { MusterError } from "../../errors/errors.ts";
import { atomically, type Db } from "../database.ts";

const select = `
  SELECT nodes.*, events.at AS event_at, events.type AS event_type, events.summary AS event_summary,
         (SELECT json_group_array(mac) FROM (SELECT mac FROM node_macs WHERE node_id = nodes.id ORDER BY position)) AS macs,
         (SELECT json_group_array(json_object('id', id, 'reason', reason, 'at', first_at)) FROM claims
          WHERE node_id = nodes.id AND state = 'open') AS claims
  FROM nodes LEFT JOIN events ON events.seq = nodes.last_event`;

export class NodeStore {
  readonly #db: Db;
  readonly #all;
  readonly #byId;
  readonly #byName;
  readonly #byMac;
  readonly #byKeyHash;
  readonly #byAddress;
  readonly #namesWithoutAddress;
  readonly #idOfName;
  readonly #save;
  readonly #dropMacs;
  readonly #saveMac;
  readonly #counts;
  readonly #inPhase;
  readonly #longestUnseen;
  readonly #remove;
  readonly #similar;

  constructor(db: Db) {
    this.#db = db;
    this.#all = db.prepare<[], Row>(`${select} ORDER BY nodes.created_at, nodes.name`);
    this.#byId = db.prepare<[string], Row>(`${select} WHERE nodes.id = ?`);
    this.#byName = db.prepare<[string], Row>(`${select} WHERE nodes.name = ?`);
    this.#byMac = db.prepare<[string], Row>(`${select} WHERE nodes.id = (SELECT node_id FROM node_macs WHERE mac = ?)`);
    this.#byKeyHash = db.prepare<[string], Row>(`${select} WHERE nodes.key_hash = ?`);
    this.#byAddress = db.prepare<[string], Row>(`${select} WHERE nodes.address = ?`);
    this.#namesWithoutAddress = db.prepare<[], { name: string }>("SELECT name FROM nodes WHERE address IS NULL");
    this.#idOfName = db.prepare<[string], { id: string }>("SELECT id FROM nodes WHERE name = ?");
    this.#save = db.prepare<[string, string, string, string | null, string, string | null, string, string]>(
      `INSERT INTO nodes (id, name, state, address, facts, disk, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, state = excluded.state, address = excluded.address,
         facts = excluded.facts, disk = excluded.disk, updated_at = excluded.updated_at`,
    );
    this.#dropMacs = db.prepare<[string]>("DELETE FROM node_macs WHERE node_id = ?");
    this.#saveMac = db.prepare<[string, string, number]>("INSERT INTO node_macs (mac, node_id, position) VALUES (?, ?, ?)");
    this.#inPhase = db.prepare<[string], { count: number }>("SELECT count(*) AS count FROM nodes WHERE phase = ?");
    this.#longestUnseen = db.prepare<[string], Row>(
      `${select} WHERE nodes.phase = ? AND nodes.id NOT IN (SELECT node_id FROM node_tokens UNION SELECT node_id FROM node_places)
       ORDER BY nodes.updated_at LIMIT 1`,
    );
    this.#similar = db.prepare<[string | null, string | null, string], Row>(
      `${select} WHERE nodes.phase NOT IN ('discovered', 'retired') AND (nodes.facts ->> 'uuid' = ? OR nodes.facts ->> 'serial' = ?
       OR EXISTS (SELECT 1 FROM json_each(nodes.facts, '$.nics') WHERE value ->> 'mac' = ?)) LIMIT 20`,
    );
    this.#remove = [
      "DELETE FROM node_macs WHERE node_id = ?",
      "DELETE FROM node_tokens WHERE node_id = ?",
      "DELETE FROM node_places WHERE node_id = ?",
      "DELETE FROM node_holds WHERE node_id = ?",
      "UPDATE claims SET node_id = NULL WHERE node_id = ?",
      "DELETE FROM nodes WHERE id = ?",
    ].map((statement) => db.prepare<[string]>(statement));
    this.#counts = db.prepare<[], { phase: string; count: number }>("SELECT phase, count(*) AS count FROM nodes GROUP BY phase");
  }

  list(): Node[] {
    return this.#all.all().map(fromRow);
  }

  findById(id: string): Node | undefined {
    return one(this.#byId.get(id));
  }

  findByName(name: string): Node | undefined {
    return one(this.#byName.get(name));
  }

  findByMac(mac: Mac): Node | undefined {
    return one(this.#byMac.get(mac));
  }

  findByKeyHash(hash: string): Node | undefined {
    return one(this.#byKeyHash.get(hash));
  }

  /** Returns several nodes if a lease moved between nodes and none of them has called home since then. */
  findByAddress(address: string): Node[] {
    return this.#byAddress.all(address).map(fromRow);
  }

  namesWithoutAddress(): string[] {
    return this.#namesWithoutAddress.all().map(({ name }) => name);
  }

  save(node: Node): void {
    atomically(this.#db, () => {
      const holder = this.#idOfName.get(node.name);
      if (holder && holder.id !== node.id) throw new MusterError("NODE_NAME_TAKEN", `another node is called ${node.name}`);
      this.#save.run(
        node.id,
        node.name,
        JSON.stringify(node.state),
        node.address ?? null,
        JSON.stringify(node.facts),
        node.disk ?? null,
        node.createdAt,
        node.updatedAt,
      );
      this.#dropMacs.run(node.id);
      for (const [position, mac] of node.macs.entries()) this.#saveMac.run(mac, node.id, position);
    });
  }

  /** Removes a node with its cards, tokens and place, and the holds of executions. Fails if the node has jobs or a pinned host key. */
  remove(id: string): void {
    for (const statement of this.#remove) statement.run(id);
  }

  countIn(phase: Phase): number {
    return this.#inPhase.get(phase)?.count ?? 0;
  }

  /** Returns the node of this phase that changed least recently. Nodes for which an operator made a token or chose a place do not count. */
  longestUnseen(phase: Phase): Node | undefined {
    return one(this.#longestUnseen.get(phase));
  }

  /** Returns nodes of the fleet that report this UUID, this serial number or this network card. */
  similar({ uuid, serial }: Pick<Node["facts"], "uuid" | "serial">, mac: Mac): Node[] {
    return this.#similar.all(uuid ?? null, serial ?? null, mac).map(fromRow);
  }

  /** Returns the number of nodes in each phase. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts.all().map(({ phase, count }) => [phase, count]));
  }
}

interface Row {
  id: string;
  name: string;
  state: string;
  address: string | null;
  facts: string;
  disk: string | null;
  last_event: number | null;
  event_at: string | null;
  event_type: string | null;
  event_summary: string | null;
  macs: string;
  claims: string;
  created_at: string;
  updated_at: string;
}

const one = (row: Row | undefined) => (row ? fromRow(row) : undefined);

const fromRow = (row: Row): Node =>
  Node.parse({
    id: row.id,
    name: row.name,
    macs: JSON.parse(row.macs),
    state: JSON.parse(row.state),
    ...(row.address !== null && { address: row.address }),
    facts: JSON.parse(row.facts),
    ...(row.disk !== null && { disk: row.disk }),
    ...(row.claims !== "[]" && { claims: JSON.parse(row.claims) }),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    ...(row.last_event !== null &&
      row.event_at !== null && {
        lastEvent: { seq: row.last_event, at: row.event_at, type: row.event_type, summary: row.event_summary },
      }),
  });
