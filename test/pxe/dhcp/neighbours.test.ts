/** Addresses in use without a lease: the decision while the ARP check runs, and after its result. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArpTable } from "../../../pxe/dhcp/lan/neighbours.ts";
import { lan, machine } from "../../support/dhcp/dhcp-lan.ts";

const A = "52:54:00:00:00:0a";
const B = "52:54:00:00:00:0b";
const SQUATTER = "52:54:00:00:00:99";

/**
 * A simulated wire on which some addresses answer. The result for an address is known only after it was
 * asked.
 */
function wire(answering: Record<string, string> = {}) {
  const asked = new Set<string>();
  return {
    asked,
    verdict: (address: string) => (asked.has(address) ? { usedBy: answering[address] } : undefined),
  };
}

test("a new address is asked for on the wire before it is offered, and the answer makes the offer", () => {
  const neighbours = wire();
  const on = lan({ neighbours });
  const first = machine(on, A).discover();
  assert.equal(first.kind, "check");
  assert.equal(first.summary, "10.0.0.10");
  neighbours.asked.add("10.0.0.10");
  assert.equal(machine(on, A).discover().packet.yourAddress, "10.0.0.10");
});

test("while one machine's address is asked for, a machine with a lease is answered", () => {
  const on = lan({ neighbours: wire(), known: [{ mac: B, address: "10.0.0.15", state: "bound", expiresAt: 9_000_000 }] });
  assert.equal(machine(on, A).discover().kind, "check");
  assert.equal(machine(on, B).join(), "10.0.0.15");
});

test("an address that answers is passed over", () => {
  const neighbours = wire({ "10.0.0.10": SQUATTER, "10.0.0.11": SQUATTER });
  for (const address of ["10.0.0.10", "10.0.0.11", "10.0.0.12"]) neighbours.asked.add(address);
  const on = lan({ neighbours });
  assert.equal(machine(on, A).join(), "10.0.0.12");
  assert.notEqual(machine(on, B).discover({ requested: "10.0.0.11" }).packet.yourAddress, "10.0.0.11");
});

test("the machine that answers at an address is the one that gets it: its lease was lost, not the machine", () => {
  const neighbours = wire({ "10.0.0.10": B });
  for (const address of ["10.0.0.10", "10.0.0.11"]) neighbours.asked.add(address);
  const on = lan({ neighbours });
  assert.equal(machine(on, A).join(), "10.0.0.11");
  assert.equal(machine(on, B).reboot("10.0.0.10").kind, "ack");
});

test("INIT-REBOOT with an address that another machine uses by now is refused", () => {
  const neighbours = wire({ "10.0.0.15": SQUATTER });
  const on = lan({ neighbours });
  assert.equal(machine(on, A).reboot("10.0.0.15").kind, "check");
  neighbours.asked.add("10.0.0.15");
  assert.equal(machine(on, A).reboot("10.0.0.15").kind, "nak");
});

test("behind a relay no address can be checked, and a reservation is the operator's decision", () => {
  const subnets = [{ cidr: "10.1.0.0/24", router: "10.1.0.1", ranges: [{ from: "10.1.0.10", to: "10.1.0.20" }] }];
  const on = lan({ neighbours: wire(), subnets, reservations: { [B]: "10.0.0.20" } });
  assert.equal(machine(on, A).join({ relay: "10.1.0.1" }), "10.1.0.10");
  assert.equal(machine(on, B).join(), "10.0.0.20");
});

test("only complete entries of the ARP table count", () => {
  const table = `IP address       HW type     Flags       HW address            Mask     Device
10.77.1.1        0x1         0x2         52:54:00:AA:00:01     *        br0
10.77.1.2        0x1         0x0         00:00:00:00:00:00     *        br0
10.77.1.3        0x1         0x6         52:54:00:aa:00:03     *        br0
`;
  assert.deepEqual(
    [...parseArpTable(table)],
    [
      ["10.77.1.1", "52:54:00:aa:00:01"],
      ["10.77.1.3", "52:54:00:aa:00:03"],
    ],
  );
});
