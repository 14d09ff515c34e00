/** From the news of Consul to members, services and the standing of Consul. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterView } from "../../../../daemon/cluster/live/cluster-view.ts";
import { type ConsulNews, emptyConsul, reduceConsul } from "../../../../daemon/cluster/live/consul-model.ts";
import { emptyNomad, reduceNomad } from "../../../../daemon/cluster/live/nomad-model.ts";
import { tableOf } from "../../../../daemon/cluster/live/nomad-objects.ts";
import type { NodeRow } from "../../../../daemon/cluster/live/nomad-rows.ts";
import { serversOf } from "../../../../daemon/cluster/live/servers.ts";
import { Unreachable } from "../../../../daemon/errors/cluster-failures.ts";

const answer = { kind: "value" as const, index: 9, knownLeader: true, lastContactMs: 0 };
const check = (Node: string, CheckID: string, Status: string, ServiceName = "", ServiceID = ServiceName) => ({
  ...{ Node, CheckID, Status, ServiceName, ServiceID },
  ...{ Name: "", Output: "", ServiceTags: [], Type: "", ModifyIndex: 1 },
});
type Check = ReturnType<typeof check>;

const nodes = (...names: string[]): ConsulNews => ({
  part: "nodes",
  news: {
    ...answer,
    value: names.map((Node, n) => ({ ID: "", Node, Address: `10.0.0.${n + 1}`, Datacenter: "", Meta: {}, ModifyIndex: 1 })),
  },
});
const checks = (...value: Check[]): ConsulNews => ({ part: "checks", news: { ...answer, value } });
const services = (...names: string[]): ConsulNews => ({
  part: "services",
  news: { ...answer, value: Object.fromEntries(names.map((name) => [name, []])) },
});
const servers = (agents: Record<string, string>, leader?: string): ConsulNews => ({
  part: "servers",
  news: {
    servers: { ...(leader !== undefined && { leader }), quorum: { voters: 1, needed: 1, alive: 1 }, servers: [] },
    agents: Object.entries(agents).map(([name, state]) => ({ name, address: "10.0.0.1", state })),
  },
});

const after = (...news: ConsulNews[]) =>
  news.reduce((model, each) => reduceConsul(model, each, 0, "cluster.consul.token_file"), emptyConsul);
const whole = [nodes("n1"), checks(check("n1", "serfHealth", "passing")), services("consul"), servers({ n1: "alive" }, "10.0.0.1:8300")];
const standing = (...news: ConsulNews[]) => clusterView(after(...news), undefined, 1000).consul.standing;

test("Consul is fresh when all of its parts have answered", () => {
  assert.equal(standing(...whole).state, "fresh");
  for (const missing of whole) assert.equal(standing(...whole.filter((each) => each !== missing)).state, "unreachable", missing.part);
});

test("a list that Consul leaves empty because of the token is unknown and not empty", () => {
  for (const empty of [nodes(), checks(), services()]) {
    const state = standing(...whole, empty);
    assert.ok(state.state === "unreachable" && state.reason.includes("cluster.consul.token_file"), empty.part);
  }
  assert.equal(clusterView(after(nodes(), checks(), services()), undefined, 0).members, undefined);
  assert.equal(clusterView(after(nodes(), checks(), services()), undefined, 0).consul.services, undefined);
});

test("one failed part makes Consul unreachable, and the last good lists stay with their age", () => {
  const failure: ConsulNews = { part: "checks", news: { kind: "failed", failure: new Unreachable("Consul", "refused"), failures: 1 } };
  const view = clusterView(after(...whole, failure), undefined, 7000);
  assert.deepEqual(
    [view.consul.standing.state, "ageSeconds" in view.consul.standing && view.consul.standing.ageSeconds],
    ["unreachable", 7],
  );
  assert.deepEqual(
    view.members?.rows.map(({ name }) => name),
    ["n1"],
  );
});

test("an answer of a server that lags behind is stale", () => {
  for (const lag of [{ knownLeader: false }, { lastContactMs: 20_000 }]) {
    const news: ConsulNews = { part: "services", news: { ...answer, ...lag, value: { consul: [] } } };
    assert.equal(standing(...whole, news).state, "stale", JSON.stringify(lag));
  }
});

const node = (name: string, more: Partial<NodeRow> = {}): NodeRow => ({
  ...{ id: `${name}${more.modifyIndex}`, name, address: "10.0.1.1", status: "ready", eligible: true, draining: false, modifyIndex: 1 },
  ...more,
});

test("members are joined by name, and each service says which ones it misses", () => {
  const consul = after(
    nodes("n1", "n2", "n3"),
    checks(check("n1", "serfHealth", "passing"), check("n2", "serfHealth", "critical"), check("n3", "serfHealth", "critical")),
    servers({ n1: "alive", n2: "alive", n3: "left" }, "x"),
  );
  const rows = [node("n1"), node("n2", { status: "down", modifyIndex: 9 }), node("n2", { draining: true, eligible: false }), node("n4")];
  const table = <Row extends { modifyIndex: number; id: string }>(all: Row[]) => tableOf(all, 1, ({ id }) => id);
  const value = { nodes: table(rows), jobs: table([]), allocations: table([]), deployments: table([]) };
  const nomad = reduceNomad(
    emptyNomad,
    { part: "objects", news: { kind: "listed", value, index: 1, knownLeader: true, lastContactMs: 0 } },
    0,
  );
  const members = (...models: Parameters<typeof clusterView>) =>
    clusterView(...models).members?.rows.map(({ name, consul, nomad, draining }) => [name, consul, nomad, draining]);
  assert.deepEqual(members(consul, nomad, 0), [
    ["n1", "alive", "ready", false],
    ["n2", "failed", "ready", true],
    ["n3", "left", "missing", undefined],
    ["n4", "missing", "ready", false],
  ]);
  assert.deepEqual(members(consul, undefined, 0)?.[0], ["n1", "alive", undefined, undefined]);
  assert.deepEqual(members(undefined, nomad, 0)?.[0], ["n1", undefined, "ready", false]);
});

test("an instance is as bad as its worst check, and as its node", () => {
  const model = after(
    services("web", "quiet"),
    checks(
      ...[check("n1", "serfHealth", "passing"), check("n2", "serfHealth", "critical")],
      ...[check("n1", "a", "passing", "web", "web-1"), check("n1", "b", "warning", "web", "web-1")],
      ...[check("n1", "c", "passing", "web", "web-2"), check("n2", "d", "passing", "web", "web-3")],
      check("n1", "e", "strange", "web", "web-4"),
    ),
  );
  assert.deepEqual(clusterView(model, undefined, 0).consul.services?.rows, [
    { name: "quiet", passing: 0, warning: 0, critical: 0 },
    { name: "web", passing: 1, warning: 1, critical: 2 },
  ]);
});

test("the quorum is counted from the servers that vote", () => {
  const rows = ["alive", "alive", "failed", "left"].map((state, n) => ({ name: `s${n}`, address: `10.0.0.${n}`, state }));
  const quorum = (voters?: string[]) => serversOf(rows, undefined, voters, () => false).quorum;
  assert.deepEqual(quorum(["a", "b", "c"]), { voters: 3, needed: 2, alive: 2 });
  assert.deepEqual(quorum(["a", "b", "c", "d", "e"]), { voters: 5, needed: 3, alive: 2 });
  assert.deepEqual(quorum(), { voters: 3, needed: 2, alive: 2 });
});
