/** Every act that the policy decides: it asks once, right before its effect, and does nothing without permission. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodeState, Phase } from "../../../../daemon/contract/machines/node.ts";
import { armNode } from "../../../../daemon/machines/acts/arm.ts";
import { endRescue } from "../../../../daemon/machines/acts/end-rescue.ts";
import type { ActPorts } from "../../../../daemon/machines/acts/ports.ts";
import { switchPower } from "../../../../daemon/machines/acts/power.ts";
import { promoteNode } from "../../../../daemon/machines/acts/promote.ts";
import { reprovisionNode } from "../../../../daemon/machines/acts/reprovision.ts";
import type { Deed, Requester } from "../../../../daemon/machines/acts/requester.ts";
import { rescueNode } from "../../../../daemon/machines/acts/rescue.ts";
import { retireNode } from "../../../../daemon/machines/acts/retire.ts";
import { wakeNode } from "../../../../daemon/machines/acts/wake.ts";
import { wipeNode } from "../../../../daemon/machines/acts/wipe.ts";
import { actPorts, requester } from "../../../support/machines/act-ports.ts";
import { addNode, openWorld } from "../../../support/world.ts";

const at = "2026-11-21T12:00:00.000Z";
const ready: NodeState = { phase: "ready", since: at };

interface Case {
  from?: NodeState;
  act(ports: ActPorts, by: Requester): unknown;
  deed: Omit<Deed, "nodes">;
  phase: Phase;
  effects?: string[];
  event: string;
}

const cases: Record<string, Case> = {
  arm: {
    act: (ports, by) => armNode(ports, { node: "n1", profile: "image", confirm: "n1" }, by),
    deed: { tool: "arm", parameters: { profile: "image" }, typed: "n1" },
    phase: "armed",
    event: "armed by ada: its next network boot installs it by image, once",
  },
  wipe: {
    act: (ports, by) => wipeNode(ports, { node: "n1", confirm: "n1", disks: "all", quick: true }, by),
    deed: { tool: "wipe", parameters: { disks: "all", quick: true }, typed: "n1" },
    phase: "wiping",
    event: "armed for a wipe by ada: its next network boot erases all fixed disks, only the beginning and the end, once",
  },
  rescue: {
    act: (ports, by) => rescueNode(ports, { node: "n1" }, by),
    deed: { tool: "rescue" },
    phase: "rescue",
    event: "to be rescued, asked by ada: its network boots get the rescue system",
  },
  end_rescue: {
    from: { phase: "rescue", since: at, before: ready },
    act: (ports, by) => endRescue(ports, { node: "n1" }, by),
    deed: { tool: "end_rescue" },
    phase: "ready",
    event: "its rescue was ended by ada: it boots its disk again",
  },
  retire: {
    act: (ports, by) => retireNode(ports, { node: "n1", confirm: "n1" }, by),
    deed: { tool: "retire", typed: "n1" },
    phase: "retired",
    effects: ["forget n1"],
    event: "retired by ada",
  },
  wake: {
    act: (ports, by) => wakeNode(ports, { node: "n1" }, by),
    deed: { tool: "wake" },
    phase: "ready",
    effects: ["wake n1"],
    event: "Wake-on-LAN sent to n1, asked by ada",
  },
  power: {
    act: (ports, by) => switchPower(ports, { node: "n1", action: "cycle", confirm: "n1" }, by),
    deed: { tool: "power", parameters: { action: "cycle" }, typed: "n1" },
    phase: "ready",
    effects: ["power cycle n1"],
    event: "power cycle by command, asked by ada",
  },
  promote: {
    act: (ports, by) => promoteNode(ports, { node: "n1" }, by),
    deed: { tool: "promote" },
    phase: "configuring",
    effects: ["promote n1"],
    event: "promoted by ada: a controller in the inventory from now on",
  },
  reprovision: {
    act: (ports, by) => reprovisionNode(ports, { node: "n1", check: false }, by),
    deed: { tool: "reprovision", parameters: { check: false } },
    phase: "configuring",
    event: "playbook.yaml queued by ada",
  },
};

for (const [name, { from = ready, act, deed, phase, effects = [], event }] of Object.entries(cases)) {
  test(`${name}: it asks once, has its effect, and names the requester in the timeline`, async () => {
    const world = openWorld();
    const node = addNode(world, from, "n1");
    const lab = actPorts(world);
    const by = requester();
    await act(lab.ports, by);
    assert.deepEqual(
      by.asked.map(({ nodes = [], ...rest }) => [nodes.map((each) => each.name), rest]),
      [[["n1"], deed]],
    );
    assert.equal(world.nodes.findById(node.id)?.state.phase, phase);
    assert.deepEqual(lab.effects, effects);
    const summaries = world.events.ofNode(node.id, 0, 10).map(({ summary }) => summary);
    assert.ok(summaries.includes(event), summaries.join("\n"));
  });

  test(`${name}: without permission nothing happens`, async () => {
    const world = openWorld();
    const node = addNode(world, from, "n1");
    const lab = actPorts(world);
    const events = world.events.ofNode(node.id, 0, 10);
    const refusal = new Error("denied by the rule hands-off");
    await assert.rejects(async () => act(lab.ports, requester(refusal)), refusal);
    assert.deepEqual(world.nodes.findById(node.id)?.state, from);
    assert.deepEqual(lab.effects, []);
    assert.deepEqual(world.events.ofNode(node.id, 0, 10), events);
  });
}
