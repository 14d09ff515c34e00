/** Clients that decline every address: other machines still get one, and the decliner is named as the cause. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lan, machine } from "../../support/dhcp/dhcp-lan.ts";

const [A, B, C] = ["02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"] as const;
const MINUTE_MS = 60_000;

/** Declines each address that the machine gets, until it gets none. Returns the answers to the declines. */
function declineAll(on: ReturnType<typeof lan>, mac: string, most = 50): string[] {
  const client = machine(on, mac);
  const answers: string[] = [];
  while (answers.length < most) {
    const offer = client.discover();
    if (offer.kind !== "offer") break;
    client.select(offer.packet.yourAddress);
    answers.push(client.decline(offer.packet.yourAddress).summary);
  }
  return answers;
}

test("a client that declines the whole range does not keep another machine from an address", () => {
  const on = lan();
  const answers = declineAll(on, A);
  assert.equal(answers.length, 11);
  assert.match(answers[2] ?? "", /is in use by another machine; set aside/);
  assert.match(answers[3] ?? "", /this client declined 4 addresses, so it or its network is at fault/);
  assert.match(machine(on, B).join(), /^10\.0\.0\./);
  assert.match(machine(on, C).join(), /^10\.0\.0\./);
});

test("behind a relay, and after a restart, the range has a way back too", () => {
  const cidr = { cidr: "10.8.0.0/24", router: "10.8.0.1", ranges: [{ from: "10.8.0.10", to: "10.8.0.15" }] };
  const on = lan({ subnets: [cidr] });
  const said = { relay: "10.8.0.1" };
  const client = machine(on, A);
  for (let offer = client.discover(said); offer.kind === "offer"; offer = client.discover(said)) {
    client.select(offer.packet.yourAddress, said);
    client.decline(offer.packet.yourAddress, said);
  }
  const again = lan({ subnets: [cidr], known: [...new Map(on.saved.map((lease) => [lease.address, lease])).values()] });
  for (const where of [on, again]) assert.match(machine(where, B).join(said), /^10\.8\.0\.1\d$/);
});

test("the addresses of a client that declines everything are free again after some minutes, without an operator", () => {
  const on = lan();
  declineAll(on, A);
  on.clock.now += 6 * MINUTE_MS;
  assert.equal(machine(on, A).discover().kind, "offer");
});

test("several clients that each decline a few addresses do not take the range away either", () => {
  const on = lan();
  for (const mac of [A, B, C, "02:00:00:00:00:0d"]) declineAll(on, mac, 3);
  assert.equal(machine(on, "02:00:00:00:00:0e").discover().kind, "offer");
});

test("an address that the wire shows in use is not given out, even if no other is free", () => {
  const on = lan({ neighbours: { verdict: (address) => ({ usedBy: address === "10.0.0.10" ? "02:00:00:00:00:99" : undefined }) } });
  declineAll(on, A);
  for (const mac of [B, C]) assert.notEqual(machine(on, mac).join(), "10.0.0.10");
});

test("a few declines stay for a day, although another machine finds no address", () => {
  const on = lan({ ranges: [{ from: "10.0.0.10", to: "10.0.0.12" }] });
  declineAll(on, A, 3);
  on.clock.now += 23 * 60 * MINUTE_MS;
  assert.match(machine(on, B).discover().summary, /no address is free/);
});
