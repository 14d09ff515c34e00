/** Which members and services Consul knows, whether they are healthy or not. */
import * as z from "zod";
import type { Indexed } from "../wire/blocking-query.ts";
import { type ClusterRead, count, list, readAnswer, readIndexed, record, text } from "../wire/read.ts";
import { type ClusterCall, path } from "../wire/request.ts";
import type { Consul } from "./consul.ts";

const CatalogNode = z.object({
  ID: text,
  Node: z.string(),
  Address: z.string(),
  Datacenter: text,
  Meta: record(z.string()),
  ModifyIndex: count,
});
export type CatalogNode = z.output<typeof CatalogNode>;

/** Without a token that may read nodes, Consul answers with an empty list and not with an error. */
export const catalogNodes = (consul: Consul, read: ClusterRead): Promise<Indexed<CatalogNode[]>> =>
  readIndexed(consul, list(CatalogNode), { ...read, path: "/v1/catalog/nodes" });

/** The names of all services with their tags. */
export const catalogServices = (consul: Consul, read: ClusterRead): Promise<Indexed<Record<string, string[]>>> =>
  readIndexed(consul, record(list(z.string())), { ...read, path: "/v1/catalog/services" });

const CatalogInstance = z.object({
  Node: z.string(),
  Address: z.string(),
  ServiceID: z.string(),
  ServiceName: z.string(),
  ServiceAddress: text,
  ServicePort: count,
  ServiceTags: list(z.string()),
  ServiceMeta: record(z.string()),
});
export type CatalogInstance = z.output<typeof CatalogInstance>;

export const catalogService = (consul: Consul, service: string, read: ClusterRead): Promise<Indexed<CatalogInstance[]>> =>
  readIndexed(consul, list(CatalogInstance), { ...read, path: path`/v1/catalog/service/${service}` });

/** The numbers are those of Serf, which the agents use to find each other. */
const MEMBER_STATES = ["none", "alive", "leaving", "left", "failed"] as const;
export type MemberState = (typeof MEMBER_STATES)[number];

const Member = z
  .object({ Name: z.string(), Addr: z.string(), Port: count, Tags: record(z.string()), Status: z.number() })
  .transform(({ Name, Addr, Port, Tags, Status }) => ({
    name: Name,
    address: Addr,
    port: Port,
    server: Tags.role === "consul",
    build: Tags.build ?? "",
    state: MEMBER_STATES[Status] ?? ("none" satisfies MemberState),
  }));
export type ConsulMember = z.output<typeof Member>;

/** The members as the agent sees them, also those that left or failed. This answer has no index. */
export const members = (consul: Consul, call: ClusterCall): Promise<ConsulMember[]> =>
  readAnswer(consul, list(Member), { ...call, path: "/v1/agent/members" });
