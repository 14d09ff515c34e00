/** The routes of variables, namespaces, and the servers themselves. */
import type { Asked, Route } from "./http.ts";
import { Refusal } from "./refusal.ts";
import type { Variable } from "./rows.ts";
import { keyOf, type World } from "./world.ts";

export const otherRoutes = (world: World): Route[] => [...variableRoutes(world), ...namespaceRoutes(world), ...serverRoutes()];

function variableRoutes(world: World): Route[] {
  const { variables } = world;
  const present = ({ namespace, params: [path = ""] }: Asked) => variables.rows.get(keyOf(namespace, path));
  /** A lost condition is answered with the present variable. */
  const check = (asked: Asked) => {
    const cas = asked.query.get("cas");
    const now = present(asked);
    if (cas === null || Number(cas) === (now?.ModifyIndex ?? 0)) return;
    const {
      namespace: Namespace,
      params: [Path = ""],
    } = asked;
    throw new Refusal(409, "", now ?? { Namespace, Path, Items: null, CreateIndex: 0, ModifyIndex: 0, CreateTime: 0, ModifyTime: 0 });
  };
  return [
    {
      method: "GET",
      path: /^\/v1\/vars$/,
      tables: [variables],
      answer: ({ namespace, query }) => ({
        body: [...variables.rows.values()]
          .filter(({ Namespace, Path }) => (namespace === "*" || Namespace === namespace) && Path.startsWith(query.get("prefix") ?? ""))
          .map(({ Items, ...metadata }) => metadata),
      }),
    },
    {
      method: "GET",
      path: /^\/v1\/var\/(.+)$/,
      answer: (asked) => {
        const variable = present(asked);
        if (!variable) throw new Refusal(404, "variable not found");
        return { body: variable, index: variable.ModifyIndex };
      },
    },
    {
      method: "POST",
      path: /^\/v1\/var\/(.+)$/,
      answer: (asked) => {
        check(asked);
        const {
          namespace: Namespace,
          params: [Path = ""],
        } = asked;
        const now = Date.now() * 1_000_000;
        const times = { CreateTime: present(asked)?.CreateTime ?? now, ModifyTime: now };
        const row: Variable = {
          Namespace,
          Path,
          Items: asked.body.Items as Record<string, string>,
          ...times,
          CreateIndex: present(asked)?.CreateIndex ?? 0,
          ModifyIndex: 0,
        };
        return { body: world.put(variables, keyOf(Namespace, Path), row, "VariableUpserted") };
      },
    },
    {
      method: "DELETE",
      path: /^\/v1\/var\/(.+)$/,
      answer: (asked) => {
        check(asked);
        world.remove(variables, keyOf(asked.namespace, asked.params[0] ?? ""), "VariableDeleted");
        return { body: undefined };
      },
    },
  ];
}

function namespaceRoutes(world: World): Route[] {
  const { namespaces } = world;
  return [
    { method: "GET", path: /^\/v1\/namespaces$/, tables: [namespaces], answer: () => ({ body: [...namespaces.rows.values()] }) },
    {
      method: "POST",
      path: /^\/v1\/namespace\/([^/]+)$/,
      answer: ({ params: [name = ""], body }) => {
        const row = { Name: name, Description: String(body.Description ?? ""), CreateIndex: 0, ModifyIndex: 0 };
        world.put(namespaces, name, row, "NamespaceUpserted");
        return { body: undefined };
      },
    },
    {
      method: "DELETE",
      path: /^\/v1\/namespace\/([^/]+)$/,
      answer: ({ params: [name = ""] }) => {
        if ([...world.jobs.rows.values()].some(({ Namespace, Status }) => Namespace === name && Status !== "dead"))
          throw new Refusal(500, `namespace "${name}" has non-terminal jobs in region "global"`);
        world.remove(namespaces, name, "NamespaceDeleted");
        return { body: undefined };
      },
    },
  ];
}

/** One server, which leads. */
function serverRoutes(): Route[] {
  const tags = { role: "nomad", port: "4647", build: "1.6.5", region: "global", dc: "dc1", expect: "1" };
  const member = { Name: "stand-in.global", Addr: "127.0.0.1", Port: 4648, Status: "alive", Tags: tags };
  const body = { Members: [member], ServerName: "stand-in", ServerRegion: "global", ServerDC: "dc1" };
  return [
    { method: "GET", path: /^\/v1\/status\/leader$/, answer: () => ({ body: "127.0.0.1:4647" }) },
    { method: "GET", path: /^\/v1\/status\/peers$/, answer: () => ({ body: ["127.0.0.1:4647"] }) },
    { method: "GET", path: /^\/v1\/agent\/members$/, answer: () => ({ body }) },
    {
      method: "GET",
      path: /^\/v1\/agent\/self$/,
      answer: () => ({ body: { config: { Version: { Version: "1.6.5" } }, member, stats: {} } }),
    },
  ];
}
