/** The model of Consul, part by part. Pure: the queries are in `follow-consul.ts`. */
import { ClusterFailure, Forbidden } from "../../errors/cluster-failures.ts";
import type { CatalogNode } from "../consul/catalog.ts";
import type { HealthCheck } from "../consul/health.ts";
import type { Observation } from "../wire/watch.ts";
import { failedPart, goodPart, observedPart, type Part } from "./part.ts";
import { type ServerNews, withoutLeader } from "./servers.ts";

/** Only what is shown is kept, because the output of a check can be long. */
export interface CheckRow {
  node: string;
  check: string;
  status: string;
  service: string;
  instance: string;
}

export interface ConsulModel {
  nodes: Part<{ name: string; address: string }[]>;
  checks: Part<CheckRow[]>;
  services: Part<string[]>;
  servers: Part<ServerNews>;
}

export const emptyConsul: ConsulModel = { nodes: {}, checks: {}, services: {}, servers: {} };

export const consulParts = ({ nodes, checks, services, servers }: ConsulModel): Part<unknown>[] => [servers, nodes, checks, services];

export type ConsulNews =
  | { part: "nodes"; news: Observation<CatalogNode[]> }
  | { part: "checks"; news: Observation<HealthCheck[]> }
  | { part: "services"; news: Observation<Record<string, string[]>> }
  | { part: "servers"; news: ServerNews | ClusterFailure };

export function reduceConsul(model: ConsulModel, change: ConsulNews, at: number, tokenSetting: string): ConsulModel {
  // Consul leaves out what the token may not read. A catalogue always has a node, its check, and the service `consul`.
  const unlessEmpty = <Value>(what: string, rows: Value[]) =>
    rows.length > 0
      ? { value: rows }
      : { failure: new Forbidden("Consul", `it lists no ${what}: ${tokenSetting} is missing, or its token may not read this`) };
  switch (change.part) {
    case "nodes":
      return {
        ...model,
        nodes: observedPart(model.nodes, change.news, at, (all) =>
          unlessEmpty(
            "node",
            all.map(({ Node, Address }) => ({ name: Node, address: Address })),
          ),
        ),
      };
    case "checks":
      return { ...model, checks: observedPart(model.checks, change.news, at, (all) => unlessEmpty("check", all.map(rowOf))) };
    case "services":
      return { ...model, services: observedPart(model.services, change.news, at, (all) => unlessEmpty("service", Object.keys(all))) };
    case "servers":
      return { ...model, servers: reduceServers("Consul", model.servers, change.news, at) };
  }
}

/** Without a leader, the list of servers is known, and the service still cannot be used. */
export function reduceServers(
  service: "Consul" | "Nomad",
  part: Part<ServerNews>,
  news: ServerNews | ClusterFailure,
  at: number,
): Part<ServerNews> {
  if (news instanceof ClusterFailure) return failedPart(part, news);
  return news.servers.leader === undefined ? failedPart(goodPart(news, at), withoutLeader(service)) : goodPart(news, at);
}

const rowOf = ({ Node, CheckID, Status, ServiceName, ServiceID }: HealthCheck): CheckRow => ({
  node: Node,
  check: CheckID,
  status: Status,
  service: ServiceName,
  instance: ServiceID,
});
