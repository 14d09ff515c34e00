/**
 * Relay agents: the link they relay for, the options the relay gets back, and several subnets on one wire.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ipBytes } from "../../../pxe/dhcp/message/address.ts";
import { Option } from "../../../pxe/dhcp/message/option.ts";
import { addressOption } from "../../../pxe/dhcp/message/packet.ts";
import { lan, machine, type Said } from "../../support/dhcp/dhcp-lan.ts";

const A = "00:00:00:00:00:0a";
const B = "00:00:00:00:00:0b";
const range = (network: string, last = 20) => [{ from: `${network}.10`, to: `${network}.${last}` }];
const two = {
  subnets: [
    { cidr: "10.1.0.0/24", router: "10.1.0.1", ranges: range("10.1.0") },
    { cidr: "10.2.0.0/24", router: "10.2.0.1", ranges: range("10.2.0") },
  ],
};
const by = (relay: string, ...suboptions: [number, Uint8Array][]): Said => ({
  relay,
  hops: 1,
  set: suboptions.length
    ? [
        [
          Option.relayAgentInformation,
          Buffer.concat(suboptions.map(([code, value]) => Buffer.concat([Buffer.of(code, value.length), value]))),
        ],
      ]
    : [],
});

describe("subnet selection", () => {
  test("by the relay's address", () => {
    const on = lan(two);
    assert.equal(machine(on, A).join(by("10.1.0.1")), "10.1.0.10");
    const offer = machine(on, B).discover(by("10.2.0.254"));
    assert.equal(offer.packet.yourAddress, "10.2.0.10");
    assert.equal(addressOption(offer.packet, Option.router), "10.2.0.1");
    assert.equal(machine(on, "00:00:00:00:00:0c").join(), "10.0.0.10");
  });

  test("a relay in an unconfigured network gets no answer, and the reason is logged", () => {
    const { kind, summary } = machine(lan(two), A).discover(by("10.3.0.1"));
    assert.equal(kind, "silence");
    assert.match(summary, /no subnet is configured for the relay 10\.3\.0\.1/);
  });

  test("3527: link selection comes before giaddr, and the answer still goes to the relay", () => {
    const offer = machine(lan(two), A).discover(by("10.1.0.1", [5, ipBytes("10.2.0.0")]));
    assert.equal(offer.packet.yourAddress, "10.2.0.10");
    assert.deepEqual(offer.to, { address: "10.1.0.1", port: 67 });
  });

  test("3011: the subnet selection option comes before giaddr and after link selection", () => {
    const chosen: Said = { relay: "10.1.0.1", set: [[Option.subnetSelection, ipBytes("10.2.0.0")]] };
    assert.equal(machine(lan(two), A).discover(chosen).packet.yourAddress, "10.2.0.10");
    const both = by("10.1.0.1", [5, ipBytes("10.1.0.0")]);
    both.set?.push([Option.subnetSelection, ipBytes("10.2.0.0")]);
    assert.equal(machine(lan(two), A).discover(both).packet.yourAddress, "10.1.0.10");
  });

  test("Cisco's own numbers for link selection and server identifier override count like the standard's", () => {
    const cisco: [number, Uint8Array][] = [
      [152, ipBytes("10.2.0.1")],
      [150, ipBytes("10.2.0.0")],
    ];
    const offer = machine(lan(two), A).discover(by("192.168.255.7", ...cisco));
    assert.equal(offer.packet.yourAddress, "10.2.0.10");
    assert.equal(addressOption(offer.packet, Option.serverIdentifier), "10.2.0.1");
    assert.deepEqual(offer.to, { address: "192.168.255.7", port: 67 });
    const both = machine(lan(two), A).discover(by("10.1.0.1", [150, ipBytes("10.2.0.0")], [5, ipBytes("10.1.0.0")]));
    assert.equal(both.packet.yourAddress, "10.1.0.10", "the standard's number comes first");
  });

  test("a selected link that is not configured is reported with its address", () => {
    for (const code of [5, 150])
      assert.match(
        machine(lan(two), A).discover(by("10.1.0.1", [code, ipBytes("10.3.0.0")])).summary,
        /no subnet is configured for the link 10\.3\.0\.0 of the relay 10\.1\.0\.1/,
      );
  });

  test("a machine that moved to another link is refused its old address and given a new one", () => {
    const on = lan(two);
    machine(on, A).join(by("10.1.0.1"));
    assert.equal(machine(on, A).reboot("10.1.0.10", by("10.2.0.1")).kind, "nak");
    assert.equal(machine(on, A).join(by("10.2.0.1")), "10.2.0.10");
  });

  test("a reservation counts on the link its address belongs to", () => {
    const on = lan({ ...two, reservations: { [A]: "10.2.0.77" } });
    assert.equal(machine(on, A).join(by("10.2.0.1")), "10.2.0.77");
    assert.equal(machine(on, A).join(by("10.1.0.1")), "10.1.0.10");
  });
});

describe("server identifier override (5107)", () => {
  const override: [number, Uint8Array] = [11, ipBytes("10.1.0.1")];

  test("the relay's address stands in option 54, and a REQUEST that names it is ours", () => {
    const on = lan(two);
    const offer = machine(on, A).discover(by("10.1.0.1", override));
    assert.equal(addressOption(offer.packet, Option.serverIdentifier), "10.1.0.1");
    const ack = machine(on, A).select(offer.packet.yourAddress, { ...by("10.1.0.1", override), server: "10.1.0.1" });
    assert.equal(ack.kind, "ack");
    assert.equal(addressOption(ack.packet, Option.serverIdentifier), "10.1.0.1");
  });

  test("without the suboption the relay's address is another server's", () => {
    const on = lan(two);
    machine(on, A).discover(by("10.1.0.1"));
    assert.equal(machine(on, A).select("10.1.0.10", { ...by("10.1.0.1"), server: "10.1.0.1" }).kind, "silence");
  });
});

describe("option 82 (3046)", () => {
  const said = by("10.1.0.1", [1, Buffer.from("eth0/1/2")], [2, Buffer.alloc(40, 7)], [151, Buffer.of(0, 255)]);
  const sent = [...(said.set?.[0]?.[1] ?? [])];

  test("comes back byte for byte and last in OFFER, ACK and NAK", () => {
    const on = lan(two);
    for (const heard of [
      machine(on, A).discover({ ...said, clientId: "0001" }),
      machine(on, A).select("10.1.0.10", { ...said, clientId: "0001" }),
      machine(on, A).reboot("192.168.7.7", { ...said, clientId: "0001" }),
    ]) {
      assert.deepEqual([...(heard.packet.options.get(Option.relayAgentInformation) ?? [])], sent, heard.kind);
      assert.equal([...heard.packet.options.keys()].at(-1), Option.relayAgentInformation);
    }
  });

  test("comes back also when other options have to go", () => {
    const extra = new Map([[Option.classlessRoutes, new Uint8Array(600)]]);
    const heard = machine(lan({ ...two, extra }), A).discover({ ...said, asks: [Option.classlessRoutes] });
    assert.deepEqual([...(heard.packet.options.get(Option.relayAgentInformation) ?? [])], sent);
  });

  test("comes back whole even when it alone is longer than the client's limit", () => {
    const large = new Uint8Array(700).fill(3);
    const heard = machine(lan(two), A).discover({ relay: "10.1.0.1", set: [[Option.relayAgentInformation, large]] });
    assert.deepEqual([...(heard.packet.options.get(Option.relayAgentInformation) ?? [])], [...large]);
    assert.equal(addressOption(heard.packet, Option.serverIdentifier), "10.0.0.2");
  });

  test("cut off or nonsensical inside, it is echoed and otherwise not understood", () => {
    for (const bytes of [[], [5], [5, 4, 10], [5, 200, 1], [0, 0, 0], [5, 3, 10, 2, 0]]) {
      const heard = machine(lan(two), A).discover({
        relay: "10.1.0.1",
        set: [[Option.relayAgentInformation, Uint8Array.from(bytes)]],
      });
      assert.equal(heard.packet.yourAddress, "10.1.0.10");
      assert.deepEqual([...(heard.packet.options.get(Option.relayAgentInformation) ?? [])], bytes);
    }
  });
});

describe("shared networks", () => {
  const shared = {
    subnets: [
      { link: "hall", cidr: "10.1.0.0/24", router: "10.1.0.1", ranges: range("10.1.0", 10) },
      { link: "hall", cidr: "10.2.0.0/24", router: "10.2.0.1", ranges: range("10.2.0", 10) },
    ],
  };

  test("when one subnet is full the other one serves, with its own router and mask", () => {
    const on = lan(shared);
    assert.equal(machine(on, A).join(by("10.1.0.1")), "10.1.0.10");
    const offer = machine(on, B).discover(by("10.1.0.1"));
    assert.equal(offer.packet.yourAddress, "10.2.0.10");
    assert.equal(addressOption(offer.packet, Option.router), "10.2.0.1");
    assert.equal(machine(on, "00:00:00:00:00:0c").discover(by("10.2.0.1")).kind, "silence");
  });

  test("a machine keeps its address in whichever subnet of the wire the relay speaks for", () => {
    const on = lan(shared);
    machine(on, A).join(by("10.1.0.1"));
    machine(on, B).join(by("10.1.0.1"));
    assert.equal(machine(on, B).join(by("10.1.0.1")), "10.2.0.10");
    assert.equal(machine(on, B).reboot("10.2.0.10", by("10.1.0.1")).kind, "ack");
    assert.equal(machine(on, B).renew("10.2.0.10").kind, "ack");
  });

  test("a second subnet on our own wire", () => {
    const on = lan({
      ranges: [{ from: "10.0.0.10", to: "10.0.0.10" }],
      subnets: [{ link: "own", cidr: "10.1.0.0/24", router: "10.1.0.1", ranges: range("10.1.0") }],
    });
    assert.equal(machine(on, A).join(), "10.0.0.10");
    assert.equal(machine(on, B).join(), "10.1.0.10");
  });
});
