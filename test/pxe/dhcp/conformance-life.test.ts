/** DECLINE, RELEASE and INFORM (RFC 2131 §4.3.3 to §4.3.5), under the names of these cases in ISC Forge. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, Option } from "../../../pxe/dhcp/message/option.ts";
import { addressOption } from "../../../pxe/dhcp/message/packet.ts";
import { lan, machine } from "../../support/dhcp/dhcp-lan.ts";

const A = "00:1f:d0:00:00:11";
const B = "00:1f:d0:11:11:11";
const one = { ranges: [{ from: "10.0.0.10", to: "10.0.0.10" }] };

describe("test_v4_decline", () => {
  test("success_long_decline_period", () => {
    const on = lan(one);
    machine(on, A).join();
    assert.equal(machine(on, A).decline("10.0.0.10").kind, "silence");
    assert.partialDeepStrictEqual(on.saved.at(-1), { address: "10.0.0.10", state: "declined" });
    on.clock.now += 23 * 3_600_000;
    assert.equal(machine(on, B).discover().kind, "silence");
  });

  test("success_short_decline_period: after a day the address is tried again", () => {
    const on = lan(one);
    machine(on, A).join();
    machine(on, A).decline("10.0.0.10");
    on.clock.now += 25 * 3_600_000;
    assert.equal(machine(on, B).join(), "10.0.0.10");
  });

  test("the machine itself gets another address", () => {
    const on = lan();
    machine(on, A).decline(machine(on, A).join());
    assert.equal(machine(on, A).join(), "10.0.0.11");
  });

  test("is remembered over a restart", () => {
    const on = lan(one);
    machine(on, A).join();
    machine(on, A).decline("10.0.0.10");
    const again = lan({ ...one, known: on.saved.slice(-1) });
    assert.equal(machine(again, B).discover().kind, "silence");
  });

  test("fail_without_requested_ip_address", () => {
    const on = lan(one);
    machine(on, A).join();
    const { summary } = machine(on, A).say(MessageType.decline, { server: "10.0.0.2" });
    assert.match(summary, /names no address/);
    assert.equal(machine(on, A).renew("10.0.0.10").kind, "ack");
  });

  test("fail_different_server", () => {
    const on = lan(one);
    machine(on, A).join();
    machine(on, A).decline("10.0.0.10", { server: "10.0.0.3" });
    assert.equal(machine(on, A).renew("10.0.0.10").kind, "ack");
  });

  test("fail_different_chaddr", () => {
    const on = lan(one);
    machine(on, A).join();
    assert.match(machine(on, B).decline("10.0.0.10").summary, /not given/);
    assert.equal(machine(on, A).renew("10.0.0.10").kind, "ack");
  });

  test("fail_no_lease: no client can empty the range with addresses it was never given", () => {
    const on = lan();
    for (let n = 10; n <= 20; n++) machine(on, B).decline(`10.0.0.${n}`);
    assert.equal(machine(on, A).join(), "10.0.0.10");
    assert.deepEqual(
      on.saved.map(({ state }) => state),
      ["bound"],
    );
  });

  test("fail_expired_lease_of_another", () => {
    const on = lan(one);
    machine(on, A).join();
    on.clock.now += 3_600_001;
    machine(on, B).join();
    machine(on, A).decline("10.0.0.10");
    assert.equal(machine(on, B).renew("10.0.0.10").kind, "ack");
  });
});

describe("test_v4_release", () => {
  test("success", () => {
    const on = lan(one);
    machine(on, A).join();
    assert.match(machine(on, A).release("10.0.0.10").summary, /released 10\.0\.0\.10/);
    assert.equal(on.saved.at(-1)?.state, "released");
    assert.equal(machine(on, B).join(), "10.0.0.10");
  });

  test("success_with_additional_offer", () => {
    const on = lan(one);
    machine(on, A).join();
    assert.equal(machine(on, B).discover().kind, "silence");
    machine(on, A).release("10.0.0.10");
    assert.equal(machine(on, B).discover().packet.yourAddress, "10.0.0.10");
  });

  test("fail_with_different_chaddr_client_id", () => {
    const on = lan(one);
    machine(on, A).join({ clientId: "00001fd0040111" });
    machine(on, B).release("10.0.0.10", { clientId: "00001fd0112233" });
    assert.equal(machine(on, "00:00:00:00:00:00").discover().kind, "silence");
  });

  test("fail_with_different_chaddr_same_client_id", () => {
    const on = lan(one);
    machine(on, A).join({ clientId: "00001fd0040111" });
    machine(on, B).release("10.0.0.10", { clientId: "00001fd0040111" });
    assert.equal(machine(on, "00:00:00:00:00:00").discover().kind, "silence");
  });

  test("same_chaddr_different_client_id: the card counts, not the name the system chose", () => {
    const on = lan(one);
    machine(on, A).join({ clientId: "00001fd0040111" });
    machine(on, A).release("10.0.0.10", { clientId: "00001fd0112233" });
    assert.equal(machine(on, B).join(), "10.0.0.10");
  });

  test("only_chaddr_same_chaddr", () => {
    const on = lan(one);
    machine(on, A).join();
    machine(on, A).release("10.0.0.10");
    assert.equal(machine(on, "00:00:00:00:00:00").discover().packet.yourAddress, "10.0.0.10");
  });

  test("fail_only_chaddr_different_chaddr", () => {
    const on = lan(one);
    machine(on, A).join();
    machine(on, B).release("10.0.0.10");
    assert.equal(machine(on, B).discover().kind, "silence");
  });

  test("fail_wrong_address", () => {
    const on = lan();
    machine(on, A).join();
    for (const address of ["10.0.0.11", "192.168.1.1", "0.0.0.0"]) machine(on, A).release(address);
    assert.equal(on.saved.at(-1)?.state, "bound");
  });

  test("fail_different_server", () => {
    const on = lan(one);
    machine(on, A).join();
    machine(on, A).release("10.0.0.10", { server: "10.0.0.3" });
    assert.equal(on.saved.at(-1)?.state, "bound");
  });

  test("affinity: the machine that released an address finds it again while others are free", () => {
    const on = lan();
    const address = machine(on, A).join();
    machine(on, A).release(address);
    assert.notEqual(machine(on, B).join(), address);
    assert.equal(machine(on, A).join(), address);
  });
});

describe("test_v4_options_inform", () => {
  test("success: settings by unicast, no address and no lease times", () => {
    const on = lan();
    const ack = machine(on, A).inform({ clientAddress: "10.0.0.99" });
    assert.equal(ack.kind, "ack");
    assert.equal(ack.packet.yourAddress, "0.0.0.0");
    assert.deepEqual(ack.to, { address: "10.0.0.99", port: 68 });
    assert.equal(addressOption(ack.packet, Option.router), "10.0.0.1");
    for (const code of [Option.leaseTime, Option.renewalTime, Option.rebindingTime]) assert.ok(!ack.packet.options.has(code));
    assert.deepEqual(on.saved, []);
  });

  test("without ciaddr the answer goes to where the question came from", () => {
    const ack = machine(lan(), A).inform({ from: { address: "10.0.0.98", port: 68 } });
    assert.deepEqual(ack.to, { address: "10.0.0.98", port: 68 });
  });

  test("without any address there is nowhere to answer to", () => {
    assert.equal(machine(lan(), A).inform({}).kind, "silence");
  });

  test("by a relay and without ciaddr it is broadcast there", () => {
    const on = lan({ subnets: [{ cidr: "10.9.0.0/24", router: "10.9.0.1", ranges: [{ from: "10.9.0.10", to: "10.9.0.20" }] }] });
    const ack = machine(on, A).inform({ relay: "10.9.0.1" });
    assert.deepEqual(ack.to, { address: "10.9.0.1", port: 67 });
    assert.ok(ack.packet.broadcast);
    assert.equal(addressOption(ack.packet, Option.router), "10.9.0.1");
  });
});
