/**
 * A stand-in for Nomad, because no package of it exists where the tests run. It answers the HTTP API of one server with
 * the shapes and texts that were observed at a Nomad 1.6, and the suite `nomad-conformance` runs against both.
 *
 * It does not show: HCL (it knows only the files that the test gives it), bin packing, rolling updates by `max_parallel`,
 * restarts and reschedules of failed tasks, system and periodic jobs, preemption, ACL policies, several servers, drains
 * that wait for a deadline, volumes, ports and checks. It starts no program.
 */
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { Client, type Ending } from "./client.ts";
import { Deployments } from "./deployments.ts";
import { serve, type Trouble } from "./http.ts";
import { type JobFiles, jobRoutes } from "./job-routes.ts";
import { nodeRoutes, serviceRoutes } from "./node-routes.ts";
import { Nodes, type NodeWish } from "./nodes.ts";
import { objectRoutes } from "./object-routes.ts";
import { otherRoutes } from "./other-routes.ts";
import { Registry } from "./registry.ts";
import type { Allocation, Node } from "./rows.ts";
import { refreshStatus, Scheduler } from "./scheduler.ts";
import { streamRoutes } from "./stream-routes.ts";
import { keyOf, World } from "./world.ts";

export interface NomadStandIn {
  readonly url: string;
  /** Job files by their text. `POST /v1/jobs/parse` refuses all others. */
  readonly files: JobFiles;
  readonly world: World;
  readonly trouble: Trouble;
  /** While held, allocations do not start, or do not stop. */
  hold(what: "starts" | "stops"): void;
  release(): void;
  /** The allocation by the id of its job and its name, such as `web.g[0]`. The newest one, if several have the name. */
  allocation(job: string, name?: string): Allocation;
  end(allocation: Allocation, task: string, ending: Ending): void;
  write(allocation: Allocation, task: string, stream: "stdout" | "stderr", text: string): void;
  addNode(wish: NodeWish): Node;
  nodeDown(name: string): void;
  nodeUp(name: string): void;
  /** The servers count on from a lower index, as after a restore from a snapshot. */
  restore(index: number): void;
  /** Ends all connections, as a restarted agent does. */
  disconnect(): void;
  /** No longer listens. `comeBack` listens at the same address again. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

export async function startNomadStandIn({ nodes: wishes = [{ name: "n1" }] }: { nodes?: NodeWish[] } = {}): Promise<NomadStandIn> {
  const world = new World();
  world.put(world.namespaces, "default", { Name: "default", Description: "Default shared namespace", CreateIndex: 0, ModifyIndex: 0 }, "");
  const deployments = new Deployments(world);
  const client = new Client(world, deployments);
  const scheduler = new Scheduler(world, client, deployments);
  const registry = new Registry(world, scheduler, deployments);
  const nodes = new Nodes(world, scheduler);
  client.ended = (allocation) => {
    const job = world.jobs.rows.get(keyOf(allocation.Namespace, allocation.JobID));
    if (job) refreshStatus(world, job);
    nodes.checkDrains();
    scheduler.retry();
  };
  for (const wish of wishes) nodes.add(wish);
  const files: JobFiles = new Map();
  const trouble: Trouble = { noLeader: false, token: undefined };
  const parts = { world, client, scheduler, deployments, nodes };
  const routes = [
    ...jobRoutes(world, registry, files),
    ...objectRoutes(parts),
    ...nodeRoutes(parts),
    ...serviceRoutes(parts),
    ...otherRoutes(world),
    ...streamRoutes(world, client),
  ];
  const server = serve(world, routes, trouble);
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const disconnect = () => {
    for (const socket of sockets) socket.destroy();
  };
  const goAway = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    disconnect();
    await closed;
  };
  const nodeNamed = (name: string): Node => {
    const node = [...world.nodes.rows.values()].find((each) => each.Name === name);
    if (!node) throw new Error(`no node ${name}`);
    return node;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    files,
    world,
    trouble,
    hold: (what) => {
      client.held[what] = true;
    },
    release: () => client.release(),
    allocation: (job, name) => {
      const found = [...world.allocations.rows.values()]
        .filter((each) => each.JobID === job && (name === undefined || each.Name === name))
        .at(-1);
      if (!found) throw new Error(`the job ${job} has no allocation${name === undefined ? "" : ` ${name}`}`);
      return found;
    },
    end: (allocation, task, ending) => client.end(allocation, task, ending),
    write: (allocation, task, stream, text) => client.write(allocation.ID, task, stream, text),
    addNode: (wish) => nodes.add(wish),
    nodeDown: (name) => nodes.down(nodeNamed(name)),
    nodeUp: (name) => nodes.up(nodeNamed(name)),
    restore: (index) => world.goBackTo(index),
    disconnect,
    goAway,
    comeBack: () => listen(port),
    close: goAway,
  };
}
