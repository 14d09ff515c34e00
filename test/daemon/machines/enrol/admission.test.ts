/** Decides which node a machine with a valid token is, from the machine's claims and the known nodes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, NodeState } from "../../../../daemon/contract/machines/node.ts";
import { type Admission, admitAny, admitBound, type KnownMachines } from "../../../../daemon/machines/enrol/admission.ts";

const at = "2026-03-01T10:00:00.000Z";
const node = (name: string, mac: string, phase: "ready" | "discovered" | "accepted" | "retired" = "ready", nics: string[] = []): Node => {
  const states = { ready: { phase, since: at }, retired: { phase, at }, discovered: { phase }, accepted: { phase } };
  const facts = { nics: nics.map((card) => ({ name: "eth1", mac: card })) };
  return { id: name, name, macs: [mac], state: states[phase] as NodeState, facts, createdAt: at, updatedAt: at };
};

const [A, B, C] = ["52:54:00:00:00:0a", "52:54:00:00:00:0b", "52:54:00:00:00:0c"];
const machines = [
  node("n1", A, "ready", [A, C]),
  node("n2", B),
  node("fresh", "52:54:00:00:00:0d", "accepted"),
  node("node-0e", "52:54:00:00:00:0e", "discovered"),
  node("old", "52:54:00:00:00:0f", "retired"),
];
const keys: Record<string, string> = { n1: "key of n1", n2: "key of n2" };

function fleet({ mac, hostname }: { mac: string; hostname: string }): KnownMachines {
  return {
    byMac: machines.find(({ macs }) => macs.includes(mac)),
    byName: machines.find(({ name }) => name === hostname),
    pinned: ({ name }) => keys[name],
    foreign: (name) => name === "boss",
  };
}

const words = (admission: Admission): string => {
  switch (admission.kind) {
    case "known":
      return `${admission.node.name} as ${admission.name}${admission.addMac ? " with another card" : ""}`;
    case "contested":
      return `contested ${admission.node?.name ?? "by the inventory"}`;
    case "refused":
      return `refused: ${admission.message}`;
    case "new":
      return "new";
  }
};

const any: [what: string, mac: string, hostname: string, key: string, outcome: string][] = [
  ["an unknown machine", "52:54:00:00:00:99", "n9", "its key", "new"],
  ["a machine that was here", A, "n1", "key of n1", "n1 as n1"],
  ["one that was here and has another name now", A, "db1", "key of n1", "n1 as db1"],
  ["one that was here and wants a name that is taken", A, "n2", "key of n1", "n1 as n1"],
  ["one that was here and wants the name of a foreign host", A, "boss", "key of n1", "n1 as n1"],
  ["a second machine with its MAC address", A, "n1", "another key", "contested n1"],
  ["a second machine with its MAC address and another name", A, "n9", "another key", "contested n1"],
  ["a second machine with its name", "52:54:00:00:00:99", "n1", "another key", "contested n1"],
  ["a copy of its disk in another machine", "52:54:00:00:00:99", "n1", "key of n1", "contested n1"],
  ["itself, by another card it reported", C, "n1", "key of n1", "n1 as n1 with another card"],
  ["another machine by that card", C, "n1", "another key", "contested n1"],
  ["the name of a host that others wrote", "52:54:00:00:00:99", "boss", "its key", "contested by the inventory"],
  ["one that was accepted, under any name", "52:54:00:00:00:0d", "debian", "its key", "fresh as fresh"],
  ["one that was accepted, under another's name", "52:54:00:00:00:0d", "n1", "its key", "contested n1"],
  ["one that was only seen: it says its name", "52:54:00:00:00:0e", "db2", "its key", "node-0e as db2"],
  ["one that was only seen, under another's name", "52:54:00:00:00:0e", "n1", "its key", "contested n1"],
  ["one that was retired", "52:54:00:00:00:0f", "old", "its key", "contested old"],
  ["the name of one that was retired", "52:54:00:00:00:99", "old", "its key", "contested old"],
];

for (const [what, mac, hostname, ssh_host_key, outcome] of any) {
  test(`with a token for any machine, ${what}: ${outcome}`, () => {
    assert.equal(words(admitAny({ mac, hostname, ssh_host_key }, fleet({ mac, hostname }))), outcome);
  });
}

const bound: [what: string, mac: string, hostname: string, key: string, installing: boolean, outcome: string][] = [
  ["itself", A, "n1", "any key", false, "n1 as n1"],
  ["itself, reinstalled", A, "n1", "another key", true, "n1 as n1"],
  ["another machine", B, "n1", "any key", false, `refused: mac: this token is not for ${B}`],
  ["itself, renamed", A, "db1", "key of n1", false, "n1 as db1"],
  ["its installer under a name we did not give", A, "db1", "key of n1", true, "refused: hostname: this machine is n1 here, not db1"],
  ["a new key and a new name at once", A, "db1", "another key", false, "refused: hostname: this machine is n1 here, not db1"],
  ["a foreign host's name", A, "boss", "key of n1", false, "refused: hostname: this machine is n1 here, not boss"],
  ["another node's name", A, "n2", "another key", false, "contested n2"],
  ["another node's name, but it is n1 beyond doubt", A, "n2", "key of n1", false, "n1 as n1"],
];

for (const [what, mac, hostname, ssh_host_key, installing, outcome] of bound) {
  test(`with n1's own token, ${what}: ${outcome}`, () => {
    assert.equal(words(admitBound({ mac, hostname, ssh_host_key }, machines[0]!, installing, fleet({ mac, hostname }))), outcome);
  });
}
