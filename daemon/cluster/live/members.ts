/** Joins the nodes of Consul and Nomad by their names. */
import { type Member, MISSING } from "../../contract/cluster/member.ts";
import type { ConsulModel } from "./consul-model.ts";
import type { NodeRow } from "./nomad-rows.ts";

const SERF_CHECK = "serfHealth";

export function membersOf(consul: ConsulModel, nodes: readonly NodeRow[] | undefined): Member[] | undefined {
  const states = consulStates(consul);
  if (!states && !nodes) return undefined;
  const inNomad = nodes && newestByName(nodes);
  const names = new Set([...(states?.keys() ?? []), ...(inNomad?.keys() ?? [])]);
  return [...names].sort().map((name) => {
    const [seen, node] = [states?.get(name), inNomad?.get(name)];
    return {
      name,
      address: seen?.address || node?.address || "",
      ...(states && { consul: seen?.state ?? MISSING }),
      ...(inNomad && { nomad: node?.status ?? MISSING }),
      ...(node && { eligible: node.eligible, draining: node.draining }),
    };
  });
}

/** The check of Serf is followed, so it is newer than the list of agents. It is critical for a failed member and for one that left. */
function consulStates({ nodes, checks, servers }: ConsulModel): Map<string, { address: string; state: string }> | undefined {
  if (!nodes.value && !servers.value) return undefined;
  const agents = new Map(servers.value?.agents.map((agent) => [agent.name, agent]));
  const serf = new Map(checks.value?.filter(({ check }) => check === SERF_CHECK).map(({ node, status }) => [node, status]));
  const addresses = new Map([
    ...[...agents.values()].map(({ name, address }): [string, string] => [name, address]),
    ...(nodes.value ?? []).map(({ name, address }): [string, string] => [name, address]),
  ]);
  return new Map([...addresses].map(([name, address]) => [name, { address, state: stateOf(agents.get(name)?.state, serf.get(name)) }]));
}

function stateOf(agent: string | undefined, serf: string | undefined): string {
  if (serf === "passing") return "alive";
  if (serf === "critical") return agent === "left" || agent === "leaving" ? agent : "failed";
  return agent ?? "none";
}

/** A machine that was installed again has a new node of the same name, and Nomad keeps the old one for a day. */
function newestByName(nodes: readonly NodeRow[]): Map<string, NodeRow> {
  const better = (a: NodeRow, b: NodeRow) => Number(a.status !== "down") - Number(b.status !== "down") || a.modifyIndex - b.modifyIndex;
  return new Map([...nodes].sort(better).map((node) => [node.name, node]));
}
