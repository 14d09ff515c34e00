/** The routes of nodes, and of the services that Nomad itself keeps. */
import type { Asked, Route } from "./http.ts";
import { all, indexed, inNamespace, type Parts } from "./object-routes.ts";
import { Refusal } from "./refusal.ts";
import type { Node } from "./rows.ts";
import { keyOf } from "./world.ts";

export function nodeRoutes({ world, nodes }: Parts): Route[] {
  const tables = [world.nodes];
  const changed = (NodeModifyIndex: number) => ({ body: { EvalIDs: null, EvalCreateIndex: 0, NodeModifyIndex, Index: world.index } });
  const nodeOf = ({ params: [id = ""] }: Asked) => nodes.find(id);
  return [
    { method: "GET", path: /^\/v1\/nodes$/, tables, answer: () => ({ body: all(world.nodes).map(stub) }) },
    {
      method: "GET",
      path: /^\/v1\/node\/([^/]+)$/,
      tables,
      answer: (asked) => ({ ...indexed(nodeOf(asked)), body: whole(nodeOf(asked)) }),
    },
    {
      method: "GET",
      path: /^\/v1\/node\/([^/]+)\/allocations$/,
      tables: [world.allocations],
      answer: (asked) => ({ body: all(world.allocations).filter(({ NodeID }) => NodeID === nodeOf(asked).ID) }),
    },
    {
      method: "POST",
      path: /^\/v1\/node\/([^/]+)\/eligibility$/,
      answer: (asked) => {
        nodes.setEligibility(nodeOf(asked), String(asked.body.Eligibility));
        return changed(0);
      },
    },
    {
      method: "POST",
      path: /^\/v1\/node\/([^/]+)\/drain$/,
      answer: (asked) => {
        const { DrainSpec, MarkEligible } = asked.body as {
          DrainSpec: { Deadline: number; IgnoreSystemJobs: boolean } | null;
          MarkEligible?: boolean;
        };
        if (DrainSpec) nodes.drain(nodeOf(asked), DrainSpec);
        else nodes.cancelDrain(nodeOf(asked), MarkEligible ?? false);
        return changed(nodeOf(asked).ModifyIndex);
      },
    },
    {
      method: "POST",
      path: /^\/v1\/node\/([^/]+)\/purge$/,
      answer: (asked) => {
        world.remove(world.nodes, nodeOf(asked).ID, "NodeDeregistration");
        return changed(world.index);
      },
    },
  ];
}

/** The short form in lists. Only there, the address has a field of its own. */
function stub({ HTTPAddr, Attributes, Meta, NodeResources, ReservedResources, DrainStrategy, Events, ...rest }: Node) {
  return rest;
}

function whole({ Address, Version, ...rest }: Node) {
  return rest;
}

export function serviceRoutes({ world }: Parts): Route[] {
  const { services } = world;
  const tables = [services];
  const listed = (asked: Asked) => {
    const byNamespace = Object.groupBy(all(services).filter(inNamespace(asked)), ({ Namespace }) => Namespace);
    return Object.entries(byNamespace).map(([Namespace, rows = []]) => {
      const byName = Object.groupBy(rows, ({ ServiceName }) => ServiceName);
      const tagged = Object.entries(byName).map(([ServiceName, same = []]) => ({
        ServiceName,
        Tags: [...new Set(same.flatMap(({ Tags }) => Tags))],
      }));
      return { Namespace, Services: tagged };
    });
  };
  return [
    { method: "GET", path: /^\/v1\/services$/, tables, answer: (asked) => ({ body: listed(asked) }) },
    {
      method: "GET",
      path: /^\/v1\/service\/([^/]+)$/,
      tables,
      answer: (asked) => ({ body: all(services).filter((row) => row.ServiceName === asked.params[0] && inNamespace(asked)(row)) }),
    },
    {
      method: "DELETE",
      path: /^\/v1\/service\/([^/]+)\/([^/]+)$/,
      answer: ({ namespace, params: [, id = ""] }) => {
        const key = keyOf(namespace, id);
        if (!services.rows.has(key)) throw new Refusal(500, "service registration not found");
        world.remove(services, key, "ServiceDeregistration");
        return { body: {} };
      },
    },
  ];
}
