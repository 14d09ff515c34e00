/** Filters and order of the fleet, and plans for bulk actions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, NodeState } from "../../../daemon/contract/machines/node.ts";
import { phraseFor, planBulk } from "../../../web/src/machines/fleet/bulk.ts";
import { type FleetQuery, parseQuery, queryHash, wholeFleet } from "../../../web/src/machines/fleet/fleet-query.ts";
import { ordered } from "../../../web/src/machines/fleet/order.ts";
import { membershipsOf } from "../../../web/src/machines/inventory/membership.ts";
import { hardwareOf } from "../../../web/src/machines/node/hardware.ts";
import { healthOf } from "../../../web/src/machines/node/health.ts";
import { parseRoute } from "../../../web/src/parts/route.ts";

const at = "2026-01-02T12:00:00.000Z";
const now = Date.parse(at);
const node = (name: string, state: NodeState = { phase: "discovered" }, more: Partial<Node> = {}): Node => ({
  id: `id-${name}`,
  name,
  macs: ["52:54:00:12:34:56"],
  state,
  facts: {},
  createdAt: at,
  updatedAt: at,
  ...more,
});
const ready: NodeState = { phase: "ready", since: at };

test("a view of the fleet survives the conversion to an address and back", () => {
  const view: FleetQuery = { text: "a&b=c #%", phase: "install-failed", group: "rack_1", view: "table", sort: "event", descending: true };
  assert.deepEqual(parseQuery(queryHash(view)), view);
  assert.equal(queryHash(wholeFleet), "#/");
  assert.deepEqual(parseRoute(queryHash(view)), { page: "fleet" });
});

test("an invalid address shows the whole fleet", () => {
  for (const hash of ["", "#/", "#/?phase=broken&view=3d&sort=-colour", "#/?"]) {
    const { sort, phase, view, text } = parseQuery(hash);
    assert.deepEqual({ sort, phase, view, text }, { sort: "phase", phase: undefined, view: "cards", text: "" }, hash);
  }
});

test("the table is sorted by any column, then by name", () => {
  const fleet = [
    node("n10", ready),
    node("n9", ready, { address: "10.0.0.2" }),
    node("n1", { phase: "accepted" }, { address: "10.0.0.10" }),
  ];
  const names = (sort: FleetQuery["sort"], descending = false) =>
    ordered(fleet, { sort, descending }, new Map(), now).map(({ name }) => name);
  assert.deepEqual(names("name"), ["n1", "n9", "n10"]);
  assert.deepEqual(names("name", true), ["n10", "n9", "n1"]);
  assert.deepEqual(names("address"), ["n10", "n9", "n1"]);
  assert.deepEqual(names("phase"), ["n1", "n9", "n10"]);
  assert.deepEqual(names("groups"), ["n1", "n9", "n10"]);
});

test("health distinguishes failing, overdue and disputed machines from others", () => {
  const late = new Date(now - 1000).toISOString();
  assert.equal(healthOf(node("a", { phase: "install-failed", reason: "no disk", at }), now).why, "no disk");
  assert.equal(healthOf(node("a", { phase: "called-home", at, deadline: late }), now).word, "overdue");
  assert.equal(healthOf(node("a", { phase: "called-home", at, deadline: late }), now - 2000).word, "busy");
  assert.equal(healthOf(node("a", ready, { claims: [{ id: "1", reason: "r", at }] }), now).word, "disputed");
  assert.equal(healthOf(node("a", ready), now).word, "healthy");
});

test("the inventory gives each machine's role and groups, without the groups of roles", () => {
  const group = (name: string, hosts: string[]) => ({ name, hosts, children: [], vars: {} });
  const groups = [group("all", ["n1", "n2"]), group("controller_nodes", ["n1"]), group("rack_2", ["n1"]), group("fast", ["n1"])];
  const found = membershipsOf({ file: "f", groups, hosts: {}, problems: [] });
  assert.deepEqual(found.get("n1"), { role: "controller", groups: ["fast", "rack_2"] });
  assert.equal(found.get("n2"), undefined);
});

test("the hardware summary contains only known facts", () => {
  assert.equal(hardwareOf(node("bare")), "");
  const facts = { product: "OptiPlex", cpus: 4, memoryMb: 8192, disks: [{ name: "sda", sizeGb: 500 }] };
  assert.equal(hardwareOf(node("full", ready, { facts })), "OptiPlex, 4 CPU, 8 GB, 500 GB disk");
});

test("a bulk plan lists its machines, and the reason for those left out", () => {
  const fleet = [node("new"), node("works", ready, { disk: "/dev/sdb" }), node("failed", { phase: "install-failed", reason: "r", at })];
  const arm = planBulk("arm", fleet);
  assert.deepEqual(
    arm.does.map(({ node: { name }, what }) => `${name}: ${what}`),
    [
      "works: its next network boot overwrites /dev/sdb, and it is in use: ready",
      "failed: its next network boot overwrites its first fixed disk",
    ],
  );
  assert.deepEqual(
    arm.leaves.map(({ node: { name }, why }) => `${name} ${why}`),
    ["new is discovered"],
  );
  assert.equal(phraseFor(arm), "erase 2");
  assert.equal(phraseFor(planBulk("arm", fleet.slice(0, 2))), "works");
  assert.deepEqual(
    planBulk("run", fleet).does.map(({ node: { name } }) => name),
    ["works"],
  );
});
