/** The health of services and members. Consul's catalogue lists dead services too, so discovery asks for health. */
import * as z from "zod";
import type { Indexed } from "../wire/blocking-query.ts";
import { type ClusterRead, count, list, readIndexed, record, text } from "../wire/read.ts";
import { path } from "../wire/request.ts";
import type { Consul } from "./consul.ts";

const HealthCheck = z.object({
  Node: text,
  CheckID: text,
  Name: text,
  Status: z.string(),
  Output: text,
  ServiceID: text,
  ServiceName: text,
  ServiceTags: list(z.string()),
  Type: text,
  ModifyIndex: count,
});
export type HealthCheck = z.output<typeof HealthCheck>;

const ServiceInstance = z
  .object({
    Node: z.object({ Node: z.string(), Address: z.string(), Datacenter: text, Meta: record(z.string()) }),
    Service: z.object({
      ID: z.string(),
      Service: z.string(),
      Tags: list(z.string()),
      Meta: record(z.string()),
      Address: text,
      Port: count,
      ModifyIndex: count,
    }),
    Checks: list(HealthCheck),
  })
  .transform(({ Node, Service, Checks }) => ({
    node: Node.Node,
    nodeAddress: Node.Address,
    id: Service.ID,
    service: Service.Service,
    tags: Service.Tags,
    meta: Service.Meta,
    /** A service without an address of its own has the address of its node. */
    address: Service.Address || Node.Address,
    port: Service.Port,
    modifyIndex: Service.ModifyIndex,
    checks: Checks,
  }));
export type ServiceInstance = z.output<typeof ServiceInstance>;

export interface ServiceQuery {
  /** Only instances whose checks all pass. */
  passing?: boolean;
  tag?: string;
  /** An expression such as `Service.Meta.commit == "abc"`. */
  filter?: string;
}

export const serviceHealth = (
  consul: Consul,
  service: string,
  { passing, tag, filter }: ServiceQuery,
  read: ClusterRead,
): Promise<Indexed<ServiceInstance[]>> =>
  readIndexed(consul, list(ServiceInstance), {
    ...read,
    path: path`/v1/health/service/${service}`,
    query: { ...(passing && { passing: true }), tag, filter },
  });

export type CheckState = "passing" | "warning" | "critical" | "any";

export const checksInState = (consul: Consul, state: CheckState, read: ClusterRead, filter?: string): Promise<Indexed<HealthCheck[]>> =>
  readIndexed(consul, list(HealthCheck), { ...read, path: path`/v1/health/state/${state}`, query: { filter } });

export const nodeChecks = (consul: Consul, node: string, read: ClusterRead): Promise<Indexed<HealthCheck[]>> =>
  readIndexed(consul, list(HealthCheck), { ...read, path: path`/v1/health/node/${node}` });
