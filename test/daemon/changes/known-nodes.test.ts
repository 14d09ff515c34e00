/** Tests the groups of machines in plans, and the case of an unreadable inventory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { nodesFor } from "../../../daemon/changes/known-nodes.ts";
import { MusterError } from "../../../daemon/errors/errors.ts";
import { addNode, openWorld } from "../../support/world.ts";

test("machines of an unreadable inventory are in no group, and the log says why", () => {
  const world = openWorld();
  const { id } = addNode(world, { phase: "ready", since: "2026-11-21T12:00:00Z" }, "n1");
  const lines: string[] = [];
  const log = pino({}, { write: (line) => lines.push(line) });
  const unreadable = () => {
    throw new MusterError("INVENTORY_INVALID", "inventory.yaml: line 3 is no YAML");
  };
  const known = nodesFor({ targets: ["n1"] }, world.nodes, unreadable, log);
  assert.deepEqual(
    known.map((node) => [node.id, node.groups]),
    [[id, []]],
  );
  assert.match(lines.join(""), /"nodes":\["n1"\].*the machines are planned as in no group/);
  assert.match(lines.join(""), /line 3 is no YAML/);
  assert.throws(() => nodesFor({ targets: ["all"] }, world.nodes, unreadable, log), { code: "INVENTORY_INVALID" });
});
