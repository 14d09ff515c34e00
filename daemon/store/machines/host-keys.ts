/** Stores the SSH host key that each node sent at its call-home. Ansible and ssh accept no other key from the node. */
import type { Db } from "../database.ts";

export interface PinnedKey {
  nodeId: string;
  name: string;
  address: string;
  hostKey: string;
}

export class HostKeyStore {
  readonly #pin;
  readonly #of;
  readonly #holders;
  readonly #all;
  readonly #drop;

  constructor(db: Db) {
    this.#pin = db.prepare<[string, string, string]>(
      `INSERT INTO host_keys (node_id, host_key, pinned_at) VALUES (?, ?, ?)
       ON CONFLICT (node_id) DO UPDATE SET host_key = excluded.host_key, pinned_at = excluded.pinned_at`,
    );
    this.#of = db.prepare<[string], { host_key: string }>("SELECT host_key FROM host_keys WHERE node_id = ?");
    this.#holders = db.prepare<[string], { node_id: string }>("SELECT node_id FROM host_keys WHERE host_key = ?");
    this.#all = db.prepare<[], { node_id: string; name: string; address: string; host_key: string }>(
      `SELECT node_id, name, address, host_key FROM host_keys JOIN nodes ON nodes.id = node_id
       WHERE address IS NOT NULL AND phase <> 'retired' ORDER BY name`,
    );
    this.#drop = db.prepare<[string]>("DELETE FROM host_keys WHERE node_id = ?");
  }

  pin(nodeId: string, hostKey: string, now: Date): void {
    this.#pin.run(nodeId, hostKey, now.toISOString());
  }

  find(nodeId: string): string | undefined {
    return this.#of.get(nodeId)?.host_key;
  }

  /** Returns the ids of the nodes that have this host key. */
  holders(hostKey: string): string[] {
    return this.#holders.all(hostKey).map(({ node_id }) => node_id);
  }

  all(): PinnedKey[] {
    return this.#all.all().map((row) => ({ nodeId: row.node_id, name: row.name, address: row.address, hostKey: row.host_key }));
  }

  drop(nodeId: string): void {
    this.#drop.run(nodeId);
  }
}
