/** Reads the servers of Consul and Nomad, and counts how many are needed for a leader. */
import type { Servers } from "../../contract/cluster/servers.ts";
import { Forbidden, NoLeader } from "../../errors/cluster-failures.ts";
import { members } from "../consul/catalog.ts";
import type { Consul } from "../consul/consul.ts";
import { consulLeader, consulPeers } from "../consul/status.ts";
import type { Nomad } from "../nomad/nomad.ts";
import { nomadLeader, nomadPeers, servers as nomadServers } from "../nomad/status.ts";
import type { ClusterCall } from "../wire/request.ts";

export interface SerfMember {
  name: string;
  address: string;
  state: string;
}

export interface ServerNews {
  servers: Servers;
  /** All agents, if the service lists them with its servers. */
  agents: SerfMember[];
}

const TIMEOUT_MS = 5000;

export async function readConsulServers(consul: Consul, { signal }: ClusterCall): Promise<ServerNews> {
  const call = { signal, timeoutMs: TIMEOUT_MS };
  const agents = await members(consul, call);
  // An agent always knows itself. An empty list means that the token may not read members.
  if (agents.length === 0)
    throw new Forbidden("Consul", `it lists no member: ${consul.tokenSetting} is missing, or its token may not do this`);
  const [leader, voters] = [await ifLeader(consulLeader(consul, call)), await ifLeader(consulPeers(consul, call))];
  const rows = agents.filter(({ server }) => server).map(({ name, address, state }) => ({ name, address, state }));
  // A member is listed with the port of Serf and not with the port of the leader's address, so the host decides.
  return { servers: serversOf(rows, leader, voters, ({ address }) => address === hostOf(leader)), agents };
}

export async function readNomadServers(nomad: Nomad, { signal }: ClusterCall): Promise<ServerNews> {
  const call = { signal, timeoutMs: TIMEOUT_MS };
  const rows = await nomadServers(nomad, call);
  const [leader, voters] = [await ifLeader(nomadLeader(nomad, call)), await ifLeader(nomadPeers(nomad, call))];
  return { servers: serversOf(rows, leader, voters, ({ rpcAddress }) => rpcAddress === leader), agents: [] };
}

export function serversOf<Row extends SerfMember>(
  rows: readonly Row[],
  leader: string | undefined,
  voters: readonly string[] | undefined,
  leads: (row: Row) => boolean,
): Servers {
  const known = rows.filter(({ state }) => state !== "left");
  const votes = voters && voters.length > 0 ? voters.length : known.length;
  return {
    ...(leader !== undefined && { leader }),
    quorum: {
      voters: votes,
      needed: Math.floor(votes / 2) + 1,
      alive: Math.min(votes, rows.filter(({ state }) => state === "alive").length),
    },
    servers: known
      .map((row) => ({ name: row.name, address: row.address, state: row.state, leader: leader !== undefined && leads(row) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

export const withoutLeader = (service: "Consul" | "Nomad"): NoLeader => new NoLeader(service, "its servers have no leader");

/** Servers without a leader still list each other, which shows how many are missing. */
const ifLeader = <Value>(answer: Promise<Value>): Promise<Value | undefined> =>
  answer.catch((error: unknown) => {
    if (error instanceof NoLeader) return undefined;
    throw error;
  });

const hostOf = (address: string | undefined): string | undefined => address?.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
