/** Addresses set aside: the reason, the end, and how they become free again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lan, machine } from "../../support/dhcp/dhcp-lan.ts";

const [A, B, squatter] = ["02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:99"] as const;
const one = { ranges: [{ from: "10.0.0.10", to: "10.0.0.10" }] };
const at10 = (usedBy: string) => ({ verdict: (address: string) => ({ usedBy: address === "10.0.0.10" ? usedBy : undefined }) });

test("a declined address is saved with who declined it", () => {
  const on = lan(one);
  machine(on, A).decline(machine(on, A).join());
  assert.partialDeepStrictEqual(on.saved.at(-1), { address: "10.0.0.10", state: "declined", cause: { kind: "declined", by: A } });
});

test("an address at which the wire shows an unknown card is saved with that card's MAC, and not offered again", () => {
  const on = lan({ ...one, neighbours: at10(squatter) });
  assert.equal(machine(on, A).discover().kind, "silence");
  assert.partialDeepStrictEqual(on.saved, [{ mac: squatter, address: "10.0.0.10", cause: { kind: "in-use", by: squatter } }]);
  assert.equal(machine(on, squatter).discover().packet.yourAddress, "10.0.0.10");
});

test("an address in use by a machine that has another lease is in conflict, and offered to no machine", () => {
  const on = lan({ ranges: [{ from: "10.0.0.10", to: "10.0.0.11" }], neighbours: at10(B) });
  assert.equal(machine(on, B).join({ requested: "10.0.0.11" }), "10.0.0.11");
  assert.equal(machine(on, A).discover().kind, "silence");
  assert.partialDeepStrictEqual(on.saved.at(-1), { address: "10.0.0.10", state: "declined", cause: { kind: "in-use", by: B } });
});

test("an address given back can be had at once, and also after a restart", () => {
  const on = lan(one);
  machine(on, A).decline(machine(on, A).join());
  const pool = on.links[0]!.subnets[0]!.pool;
  assert.equal(machine(on, B).discover().kind, "silence");
  assert.equal(pool.giveBack("10.0.0.10"), true);
  const again = lan({ ...one, known: on.saved.slice(-1) });
  for (const where of [on, again]) assert.equal(machine(where, B).join(), "10.0.0.10");
});

test("only what was set aside is given back: a lease is its machine's", () => {
  const on = lan(one);
  machine(on, A).join();
  const pool = on.links[0]!.subnets[0]!.pool;
  assert.equal(pool.giveBack("10.0.0.10"), false);
  assert.equal(pool.giveBack("10.0.0.77"), false);
  assert.equal(machine(on, A).renew("10.0.0.10").kind, "ack");
});
