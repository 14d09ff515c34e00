/** Refusals of an act before the policy is asked about it, and the acts that need no policy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodeState } from "../../../../daemon/contract/machines/node.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { acceptNode } from "../../../../daemon/machines/acts/accept.ts";
import { addMachine } from "../../../../daemon/machines/acts/add.ts";
import { armNode } from "../../../../daemon/machines/acts/arm.ts";
import { disarmNode } from "../../../../daemon/machines/acts/disarm.ts";
import type { ActPorts } from "../../../../daemon/machines/acts/ports.ts";
import { switchPower } from "../../../../daemon/machines/acts/power.ts";
import { promoteNode } from "../../../../daemon/machines/acts/promote.ts";
import { reprovisionNode } from "../../../../daemon/machines/acts/reprovision.ts";
import type { Requester } from "../../../../daemon/machines/acts/requester.ts";
import { rescueNode } from "../../../../daemon/machines/acts/rescue.ts";
import { retireNode } from "../../../../daemon/machines/acts/retire.ts";
import { wipeNode } from "../../../../daemon/machines/acts/wipe.ts";
import { actPorts, requester } from "../../../support/machines/act-ports.ts";
import { queuing } from "../../../support/queuing.ts";
import { addNode, openWorld } from "../../../support/world.ts";

const ready: NodeState = { phase: "ready", since: "2026-11-21T12:00:00.000Z" };
const throwing = (code: MusterError["code"]) => () => {
  throw new MusterError(code, "not there");
};

const all: Record<string, (ports: ActPorts, by: Requester) => unknown> = {
  arm: (ports, by) => armNode(ports, { node: "n1", confirm: "n1" }, by),
  wipe: (ports, by) => wipeNode(ports, { node: "n1", confirm: "n1", disks: "chosen", quick: false }, by),
  rescue: (ports, by) => rescueNode(ports, { node: "n1" }, by),
  retire: (ports, by) => retireNode(ports, { node: "n1", confirm: "n1" }, by),
  promote: (ports, by) => promoteNode(ports, { node: "n1" }, by),
  off: (ports, by) => switchPower(ports, { node: "n1", action: "off", confirm: "n1" }, by),
  preview: (ports, by) => reprovisionNode(ports, { node: "n1", check: true }, by),
  "arm unconfirmed": (ports, by) => armNode(ports, { node: "n1" }, by),
  "retire unconfirmed": (ports, by) => retireNode(ports, { node: "n1", confirm: "n2" }, by),
  "wipe unconfirmed": (ports, by) => wipeNode(ports, { node: "n1", confirm: "n2", disks: "chosen", quick: false }, by),
  "off unconfirmed": (ports, by) => switchPower(ports, { node: "n1", action: "off" }, by),
};

const refusals: {
  because: string;
  code: MusterError["code"];
  acts: string[];
  changed?: Partial<ActPorts>;
  state?: NodeState;
  busy?: true;
}[] = [
  { because: "a job is at work", code: "JOB_IN_PROGRESS", acts: ["arm", "wipe", "rescue", "retire", "promote"], busy: true },
  {
    because: "the name was not typed",
    code: "REQUEST_INVALID",
    acts: ["arm unconfirmed", "retire unconfirmed", "wipe unconfirmed", "off unconfirmed"],
  },
  {
    because: "there is nothing to boot",
    code: "BOOT_FILES_MISSING",
    acts: ["arm", "wipe", "rescue"],
    changed: { requireBootFiles: throwing("BOOT_FILES_MISSING") },
  },
  {
    because: "nothing switches it",
    code: "POWER_NOT_CONFIGURED",
    acts: ["off"],
    changed: { power: { means: throwing("POWER_NOT_CONFIGURED"), perform: throwing("POWER_FAILED") } },
  },
  { because: "it is no worker", code: "NODE_WRONG_PHASE", acts: ["promote"], changed: { requireWorker: throwing("NODE_WRONG_PHASE") } },
  { because: "it has no system", code: "NODE_WRONG_PHASE", acts: ["promote", "preview"], state: { phase: "accepted" } },
];

for (const { because, code, acts, changed, state = ready, busy } of refusals)
  for (const name of acts)
    test(`${name}: refused because ${because}, before any permission is asked`, async () => {
      const world = openWorld();
      const node = addNode(world, state, "n1");
      if (busy) queuing(world).engine.run([node], { playbook: "playbooks/update.yaml", purpose: "change" }, "test");
      const { ports, effects } = actPorts(world, changed);
      const by = requester();
      await assert.rejects(async () => all[name]?.(ports, by), { code });
      assert.deepEqual([by.asked, effects], [[], []]);
      assert.deepEqual(world.nodes.findById(node.id)?.state, state);
    });

test("a machine that runs no kernel of the image is neither rescued, wiped nor armed for the image", async () => {
  const world = openWorld();
  const node = addNode(world, ready, "n1");
  world.nodes.save({ ...node, facts: { cpuArch: "i686" } });
  const { ports } = actPorts(world, { defaultProfile: "image" });
  for (const name of ["arm", "wipe", "rescue"] as const)
    await assert.rejects(async () => all[name]?.(ports, requester()), { code: "NODE_UNSUITABLE" }, name);
});

test("a machine is added once, accepted at once, and named after its card unless a name is given", () => {
  const world = openWorld();
  const { ports } = actPorts(world);
  const added = addMachine(ports, { mac: "52:54:00:ab:cd:ef" }, requester());
  assert.deepEqual([added.name, added.state.phase], ["node-abcdef", "accepted"]);
  assert.throws(() => addMachine(ports, { mac: "52:54:00:ab:cd:ef" }, requester()), { code: "NODE_WRONG_PHASE" });
  assert.equal(addMachine(ports, { mac: "52:54:00:ab:cd:f0", name: "db1" }, requester()).name, "db1");
});

test("a discovered machine is accepted under a new name, armed by the usual profile and disarmed", () => {
  const world = openWorld();
  const node = addNode(world, { phase: "discovered" });
  const { ports } = actPorts(world);
  const accepted = acceptNode(ports, { node: node.macs[0] ?? "", name: "n1", disk: "/dev/sda" }, requester());
  assert.deepEqual([accepted.name, accepted.disk, accepted.state.phase], ["n1", "/dev/sda", "accepted"]);
  const armed = armNode(ports, { node: "n1" }, requester());
  assert(armed.state.phase === "armed");
  assert.equal(armed.state.profile, "preseed");
  assert.equal(disarmNode(ports, { node: "n1" }, requester()).state.phase, "accepted");
  assert.throws(() => disarmNode(ports, { node: "n1" }, requester()), { code: "NODE_WRONG_PHASE" });
});

test("a retirement whose files could not be written is repeated", async () => {
  const world = openWorld();
  addNode(world, ready, "n1");
  const broken = actPorts(world, {
    forget: async () => {
      throw new Error("the inventory is locked");
    },
  });
  await assert.rejects(async () => all.retire?.(broken.ports, requester()), /the inventory is locked/);
  assert.equal(world.nodes.findByName("n1")?.state.phase, "retired");
  const { ports, effects } = actPorts(world);
  await all.retire?.(ports, requester());
  assert.deepEqual(effects, ["forget n1"]);
});

test("power that failed is in the timeline with its reason", async () => {
  const world = openWorld();
  const node = addNode(world, ready, "n1");
  const { ports } = actPorts(world, { power: { means: () => "ipmi", perform: throwing("POWER_FAILED") } });
  await assert.rejects(async () => all.off?.(ports, requester()), { code: "POWER_FAILED" });
  assert.deepEqual(
    world.events
      .ofNode(node.id, 0, 10)
      .map(({ type, summary }) => [type, summary])
      .slice(-2),
    [
      ["power.asked", "power off by ipmi, asked by ada"],
      ["power.failed", "power off did not happen: not there"],
    ],
  );
});

test("an unknown node is an error of its own", () => {
  const { ports } = actPorts(openWorld());
  assert.throws(() => armNode(ports, { node: "n1" }, requester()), { code: "NODE_NOT_FOUND" });
});
