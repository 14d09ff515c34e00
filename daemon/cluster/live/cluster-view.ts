/** Makes the answer of the API from the two models. A list without a good answer is left out. */
import type { ClusterState } from "../../contract/cluster/cluster-state.ts";
import type { ClusterAllocation } from "../../contract/cluster/workload.ts";
import { type ConsulModel, consulParts } from "./consul-model.ts";
import { membersOf } from "./members.ts";
import { type NomadModel, nomadParts } from "./nomad-model.ts";
import type { AllocationRow } from "./nomad-rows.ts";
import { servicesOf } from "./services.ts";
import { standingOf } from "./standing.ts";
import { workloadsOf } from "./workloads.ts";

const MOST = { members: 1000, services: 1000, workloads: 1000, allocations: 5000 };

/** A model is undefined if its service is not configured. */
export function clusterView(consul: ConsulModel | undefined, nomad: NomadModel | undefined, now: number): ClusterState {
  const objects = nomad?.objects.value;
  const members = membersOf(consul ?? { nodes: {}, checks: {}, services: {}, servers: {} }, objects && [...objects.nodes.rows.values()]);
  const services = consul?.services.value && consul.checks.value && servicesOf(consul.services.value, consul.checks.value);
  return {
    consul: {
      standing: consul ? standingOf(consulParts(consul), now) : { state: "absent" },
      ...(consul?.servers.value && { servers: consul.servers.value.servers }),
      ...(services && { services: cut(services, MOST.services) }),
    },
    nomad: {
      standing: nomad ? standingOf(nomadParts(nomad), now) : { state: "absent" },
      ...(nomad?.servers.value && { servers: nomad.servers.value.servers }),
      ...(objects && {
        workloads: cut(workloadsOf(objects), MOST.workloads),
        allocations: cut([...objects.allocations.rows.values()].sort(liveFirst).map(shown), MOST.allocations),
      }),
    },
    ...(members && { members: cut(members, MOST.members) }),
  };
}

const cut = <Row>(rows: Row[], most: number) => ({ total: rows.length, rows: rows.slice(0, most) });

/** If the list is cut, allocations that should run and the newest ones are kept. */
const liveFirst = (a: AllocationRow, b: AllocationRow): number =>
  Number(b.desired === "run") - Number(a.desired === "run") || b.modifyIndex - a.modifyIndex;

const shown = ({ modifyIndex: _, ...row }: AllocationRow): ClusterAllocation => row;
