/**
 * RFC 2131 §4.3.1 and §4.3.2, under the names of these cases in ISC Forge. Leases are keyed by MAC address
 * alone.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Option } from "../../../pxe/dhcp/message/option.ts";
import { addressOption } from "../../../pxe/dhcp/message/packet.ts";
import { type Lan, type LanOptions, lan, machine, type Said } from "../../support/dhcp/dhcp-lan.ts";

const A = "00:00:00:00:00:0a";
const B = "00:00:00:00:00:0b";
const one = { ranges: [{ from: "10.0.0.10", to: "10.0.0.10" }] };
const other = { link: "far", cidr: "10.9.0.0/24", router: "10.9.0.1", ranges: [{ from: "10.9.0.10", to: "10.9.0.10" }] };

/** Each case runs twice: for a machine on our own wire, and for one behind a relay in another subnet. */
const places: [string, LanOptions, Said, string, string][] = [
  ["", one, {}, "10.0.0.10", "255.255.255.0"],
  ["relay_", { ...one, subnets: [other] }, { relay: "10.9.0.1", hops: 1 }, "10.9.0.10", "255.255.255.0"],
];

for (const [prefix, options, by, address, mask] of places) {
  const make = (more: LanOptions = {}): Lan => lan({ ...options, ...more });

  describe(`test_v4_request_${prefix}`, () => {
    test("selecting_success_chaddr", () => {
      const on = make();
      const offer = machine(on, A).discover(by);
      assert.equal(offer.packet.yourAddress, address);
      const ack = machine(on, A).select(address, by);
      assert.equal(ack.kind, "ack");
      assert.equal(ack.packet.yourAddress, address);
      assert.equal(addressOption(ack.packet, Option.subnetMask), mask);
      assert.equal(addressOption(ack.packet, Option.serverIdentifier), on.server.address);
      assert.partialDeepStrictEqual(on.saved, [{ mac: A, address, state: "bound" }]);
    });

    test("selecting_success_chaddr_empty_pool", () => {
      const on = make();
      machine(on, A).join(by);
      assert.equal(machine(on, B).discover(by).kind, "silence");
    });

    test("selecting_success_client_id", () => {
      const on = make();
      const said = { ...by, clientId: "00010203040506" };
      const offer = machine(on, A).discover(said);
      assert.deepEqual(offer.packet.options.get(Option.clientIdentifier), Buffer.from("00010203040506", "hex"));
      const ack = machine(on, A).select(address, said);
      assert.deepEqual(ack.packet.options.get(Option.clientIdentifier), Buffer.from("00010203040506", "hex"));
    });

    test("selecting_success_client_id_empty_pool: another client-id on one card is the same machine", () => {
      const on = make();
      machine(on, A).join({ ...by, clientId: "00010203040506" });
      assert.equal(machine(on, A).discover({ ...by, clientId: "00020304050607" }).packet.yourAddress, address);
    });

    test("selecting_success_client_id_chaddr_empty_pool: another card is another machine, whatever it calls itself", () => {
      const on = make();
      machine(on, A).join({ ...by, clientId: "00010203040506" });
      assert.equal(machine(on, B).discover({ ...by, clientId: "00010203040506" }).kind, "silence");
    });

    test("selecting_success_second_request_fail", () => {
      const on = make();
      machine(on, A).join(by);
      const nak = machine(on, B).select(address, by);
      assert.equal(nak.kind, "nak");
      assert.equal(addressOption(nak.packet, Option.serverIdentifier), on.server.address);
    });

    test("selecting_success_second_request_success: a repeated REQUEST is acknowledged again", () => {
      const on = make();
      machine(on, A).join(by);
      assert.equal(machine(on, A).select(address, by).kind, "ack");
    });

    test("initreboot_success", () => {
      const on = make();
      machine(on, A).join(by);
      assert.equal(machine(on, A).reboot(address, by).packet.yourAddress, address);
    });

    test("initreboot_fail: an address of another network", () => {
      const on = make();
      machine(on, A).join(by);
      const nak = machine(on, A).reboot("185.0.50.0", by);
      assert.equal(nak.kind, "nak");
      assert.equal(addressOption(nak.packet, Option.serverIdentifier), on.server.address);
      assert.ok(!nak.packet.options.has(Option.leaseTime));
    });

    test("initreboot_fail: a known machine with the wrong address of the right network", () => {
      const on = make({ authoritative: false });
      machine(on, A).join(by);
      assert.equal(machine(on, A).reboot(address.replace(/10$/, "77"), by).kind, "nak");
    });

    test("initreboot_no_leases: unknown to a server that is not authoritative, it is left alone", () => {
      assert.equal(machine(make({ authoritative: false }), A).reboot(address, by).kind, "silence");
      assert.equal(machine(make({ authoritative: false }), A).reboot("185.0.50.0", by).kind, "silence");
    });

    test("initreboot_no_leases: unknown to an authoritative server, it keeps a free address and loses a taken one", () => {
      assert.equal(machine(make(), A).reboot(address, by).kind, "ack");
      const on = make();
      machine(on, B).join(by);
      assert.equal(machine(on, A).reboot(address, by).kind, "nak");
    });

    test("renewing_success", () => {
      const on = make();
      machine(on, A).join(by);
      const before = on.saved.at(-1)?.expiresAt ?? 0;
      on.clock.now += 1_800_000;
      const ack = machine(on, A).renew(address);
      assert.equal(ack.kind, "ack");
      assert.equal(ack.packet.clientAddress, address);
      assert.deepEqual(ack.to, { address, port: 68 }, "by unicast, also when it came through a router");
      assert.equal(on.saved.at(-1)?.expiresAt, before + 1_800_000);
    });

    test("rebinding_success", () => {
      const on = make();
      machine(on, A).join(by);
      on.clock.now += 3_200_000;
      assert.equal(machine(on, A).renew(address, by).packet.yourAddress, address);
    });

    test("rebinding_fail: another machine got the address after the lease had ended", () => {
      const on = make();
      machine(on, A).join(by);
      on.clock.now += 3_600_001;
      assert.equal(machine(on, B).join(by), address);
      assert.equal(machine(on, A).renew(address, by).kind, "nak");
    });
  });
}

describe("test_v4_request", () => {
  test("selecting_success_chaddr_multiple_pools", () => {
    const ranges = [10, 12, 14].map((n) => ({ from: `10.0.0.${n}`, to: `10.0.0.${n}` }));
    const on = lan({ ranges });
    assert.deepEqual(
      ["01", "02", "03"].map((n) => machine(on, `00:00:00:00:00:${n}`).join()),
      ["10.0.0.10", "10.0.0.12", "10.0.0.14"],
    );
    assert.equal(machine(on, B).discover().kind, "silence");
  });

  test("selecting_success_excluded_addresses", () => {
    const on = lan({ ranges: [{ from: "10.0.0.1", to: "10.0.0.4" }], exclude: ["10.0.0.3"] });
    assert.equal(machine(on, A).join(), "10.0.0.4");
    assert.equal(machine(on, B).select("10.0.0.3").kind, "nak");
  });

  test("selecting_other_server: our offer is withdrawn without a word", () => {
    const on = lan(one);
    machine(on, A).discover();
    assert.equal(machine(on, A).select("10.0.0.99", { server: "10.0.0.3" }).kind, "silence");
    assert.equal(machine(on, B).join(), "10.0.0.10");
  });

  test("selecting_other_server does not take a bound lease away", () => {
    const on = lan(one);
    machine(on, A).join();
    machine(on, A).select("10.0.0.99", { server: "10.0.0.3" });
    assert.equal(machine(on, B).discover().kind, "silence");
  });

  test("without an address a REQUEST gets no answer", () => {
    assert.equal(machine(lan(), A).request({}).kind, "silence");
    assert.equal(machine(lan(), A).request({ server: "10.0.0.2" }).kind, "silence");
  });

  test("renewing_fail: unknown to a server that is not authoritative, silence; else the address decides", () => {
    assert.equal(machine(lan({ authoritative: false }), A).renew("10.0.0.15").kind, "silence");
    assert.equal(machine(lan(), A).renew("10.0.0.15").kind, "ack");
    assert.equal(machine(lan(), A).renew("192.168.7.7").kind, "nak");
  });

  test("renewing_fail: the lease lies outside of the range since the range was made smaller", () => {
    const on = lan({ known: [{ mac: A, address: "10.0.0.200", state: "bound", expiresAt: 9_000_000 }] });
    assert.equal(machine(on, A).renew("10.0.0.200").kind, "nak");
    assert.equal(machine(on, A).join(), "10.0.0.10");
  });

  test("discover_retransmitted: the offer is the same for as long as firmware asks", () => {
    const on = lan();
    const offers = [0, 4, 12, 28].map((seconds) => {
      on.clock.now = 1_000_000 + seconds * 1000;
      machine(on, B).discover();
      return machine(on, A).discover().packet.yourAddress;
    });
    assert.deepEqual(new Set(offers).size, 1);
  });

  test("discover_requested_address: granted when free, another one when not", () => {
    const on = lan();
    assert.equal(machine(on, A).discover({ requested: "10.0.0.17" }).packet.yourAddress, "10.0.0.17");
    assert.equal(machine(on, B).discover({ requested: "10.0.0.17" }).packet.yourAddress, "10.0.0.10");
    assert.equal(machine(on, B).discover({ requested: "192.168.1.1" }).packet.yourAddress, "10.0.0.10");
  });

  test("discover_returning: after its lease ended a machine finds its address, while others are free", () => {
    const on = lan();
    const address = machine(on, A).join();
    on.clock.now += 3_700_000;
    assert.notEqual(machine(on, B).join(), address);
    assert.equal(machine(on, A).join(), address);
  });

  test("discover_unanswered: an offer that no client took is free after two minutes", () => {
    const on = lan(one);
    machine(on, A).discover();
    assert.equal(machine(on, B).discover().kind, "silence");
    on.clock.now += 121_000;
    assert.equal(machine(on, B).join(), "10.0.0.10");
  });

  test("one card, four clients: firmware, iPXE, installer and system get one address", () => {
    const on = lan();
    const ids = [undefined, "01525400123456", "ff00000001deadbeef", "00414243"];
    const addresses = ids.map((clientId) => machine(on, A).join(clientId === undefined ? {} : { clientId }));
    assert.deepEqual(addresses, Array(4).fill("10.0.0.10"));
  });

  test("reservation: its own machine only, also outside of the range", () => {
    const on = lan({ ...one, reservations: { [A]: "10.0.0.200" } });
    assert.equal(machine(on, A).join(), "10.0.0.200");
    assert.equal(machine(on, A).reboot("10.0.0.10").kind, "nak");
    assert.equal(machine(on, B).select("10.0.0.200").kind, "nak");
    assert.equal(machine(on, A).renew("10.0.0.200").kind, "ack");
  });
});
