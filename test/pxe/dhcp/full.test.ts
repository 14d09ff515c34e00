import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decideFull } from "../../../pxe/dhcp/decision/full.ts";
import type { DhcpDecision } from "../../../pxe/dhcp/decision/reply.ts";
import { MessageType, Option } from "../../../pxe/dhcp/message/option.ts";
import { addressOption, decode, encode, messageType, textOption } from "../../../pxe/dhcp/message/packet.ts";
import { type Changes, message } from "../../support/dhcp/dhcp.ts";
import { type Lan, type LanOptions, lan as makeLan } from "../../support/dhcp/dhcp-lan.ts";

const plan = { netboot: true, reason: "n1 is discovered" } as const;

const lan = ({ to = "10.0.0.20", ...options }: { to?: string } & LanOptions = {}): Lan =>
  makeLan({ ...options, ranges: [{ from: "10.0.0.10", to }] });

const mac = (n: number) => `52:54:00:00:00:${n.toString(16).padStart(2, "0")}`;
const discover = (on: Lan, changes: Changes = {}) => decideFull(message("uefi-pxe-discover", { mac: mac(1), ...changes }), on, plan);
const request = (on: Lan, changes: Changes) =>
  decideFull(message("uefi-pxe-discover", { mac: mac(1), type: MessageType.request, ...changes }), on, plan);

function reply(decision: DhcpDecision) {
  assert(decision.kind === "reply", decision.kind === "ignore" ? decision.reason : decision.kind);
  // The decided packet must also survive encoding and decoding.
  return { ...decision, packet: decode(encode(decision.packet)) };
}

const nak = (decision: DhcpDecision) => assert.equal(messageType(reply(decision).packet), MessageType.nak);
const silent = (decision: DhcpDecision) => assert.equal(decision.kind, "ignore");

test("DISCOVER is offered an address with mask, router, server and lease time, and nothing is saved yet", () => {
  const on = lan();
  const { packet, to } = reply(discover(on));
  assert.equal(messageType(packet), MessageType.offer);
  assert.equal(packet.yourAddress, "10.0.0.10");
  assert.equal(addressOption(packet, Option.subnetMask), "255.255.255.0");
  assert.equal(addressOption(packet, Option.router), "10.0.0.1");
  assert.equal(addressOption(packet, Option.domainNameServer), "10.0.0.1");
  assert.equal(addressOption(packet, Option.serverIdentifier), "10.0.0.2");
  assert.deepEqual([...(packet.options.get(Option.leaseTime) ?? [])], [0, 0, 14, 16]);
  assert.deepEqual(to, { address: "255.255.255.255", port: 68 });
  assert.deepEqual(on.saved, []);
});

test("a repeated DISCOVER gets the same offer", () => {
  const on = lan();
  const first = reply(discover(on)).packet.yourAddress;
  on.clock.now += 28_000;
  assert.equal(reply(discover(on)).packet.yourAddress, first);
});

test("SELECTING: the lease is saved before the ACK is decided", () => {
  const on = lan();
  const { yourAddress } = reply(discover(on)).packet;
  const { packet } = reply(request(on, { requested: yourAddress, server: "10.0.0.2" }));
  assert.equal(messageType(packet), MessageType.ack);
  assert.equal(packet.yourAddress, yourAddress);
  assert.partialDeepStrictEqual(on.saved, [{ mac: mac(1), address: yourAddress, state: "bound" }]);
});

test("SELECTING of another server is left to that one, and our offer is free again", () => {
  const on = lan({ to: "10.0.0.10" });
  reply(discover(on));
  silent(request(on, { requested: "10.0.0.77", server: "10.0.0.3" }));
  assert.equal(reply(discover(on, { mac: mac(2) })).packet.yourAddress, "10.0.0.10");
});

test("SELECTING another machine's address is refused", () => {
  const on = lan();
  reply(discover(on, { mac: mac(2) }));
  nak(request(on, { requested: "10.0.0.10", server: "10.0.0.2" }));
});

test("INIT-REBOOT with the right address is confirmed, with one of another network refused", () => {
  const on = lan({ known: [{ mac: mac(1), address: "10.0.0.15", state: "bound", expiresAt: 9_000_000 }] });
  assert.equal(reply(request(on, { requested: "10.0.0.15" })).packet.yourAddress, "10.0.0.15");
  nak(request(on, { requested: "192.168.7.7" }));
});

test("INIT-REBOOT of an unknown machine: an authoritative server decides, another keeps silent", () => {
  nak(request(lan(), { requested: "192.168.7.7" }));
  silent(request(lan({ authoritative: false }), { requested: "192.168.7.7" }));
  // After a lost database, the requested address is probably the client's own.
  assert.equal(reply(request(lan(), { requested: "10.0.0.12" })).packet.yourAddress, "10.0.0.12");
});

test("RENEWING is answered by unicast to the address in use", () => {
  const on = lan({ known: [{ mac: mac(1), address: "10.0.0.15", state: "bound", expiresAt: 9_000_000 }] });
  const { to, packet } = reply(request(on, { clientAddress: "10.0.0.15", broadcast: false }));
  assert.deepEqual(to, { address: "10.0.0.15", port: 68 });
  assert.equal(packet.clientAddress, "10.0.0.15");
});

test("INFORM gets the settings without an address or lease times", () => {
  const { packet } = reply(decideFull(message("uefi-pxe-discover", { type: MessageType.inform, clientAddress: "10.0.0.99" }), lan(), plan));
  assert.equal(packet.yourAddress, "0.0.0.0");
  assert.ok(!packet.options.has(Option.leaseTime));
  assert.ok(packet.options.has(Option.router));
});

test("DECLINE sets the address aside for a day, and only its holder may", () => {
  const on = lan({ to: "10.0.0.11" });
  const { yourAddress } = reply(discover(on)).packet;
  silent(request(on, { type: MessageType.decline, mac: mac(9), requested: yourAddress }));
  silent(request(on, { type: MessageType.decline, requested: yourAddress }));
  assert.equal(reply(discover(on)).packet.yourAddress, "10.0.0.11");
  silent(discover(on, { mac: mac(2) }));
  on.clock.now += 25 * 3_600_000;
  assert.equal(reply(discover(on)).packet.yourAddress, "10.0.0.11");
  assert.equal(reply(discover(on, { mac: mac(2) })).packet.yourAddress, yourAddress);
});

test("RELEASE frees the address, and the machine finds it again", () => {
  const on = lan();
  const { yourAddress } = reply(discover(on)).packet;
  reply(request(on, { requested: yourAddress, server: "10.0.0.2" }));
  silent(request(on, { type: MessageType.release, clientAddress: "10.0.0.99" }));
  silent(request(on, { type: MessageType.release, clientAddress: yourAddress }));
  assert.equal(on.saved.at(-1)?.state, "released");
  assert.equal(reply(discover(on)).packet.yourAddress, yourAddress);
});

test("a reservation is kept for its machine and never given to another", () => {
  const on = lan({ to: "10.0.0.10", reservations: { [mac(1)]: "10.0.0.10" } });
  silent(discover(on, { mac: mac(2) }));
  assert.equal(reply(discover(on)).packet.yourAddress, "10.0.0.10");
});

test("with every address taken no machine is given another's", () => {
  const on = lan({ to: "10.0.0.11" });
  reply(discover(on, { mac: mac(1) }));
  reply(discover(on, { mac: mac(2) }));
  silent(discover(on, { mac: mac(3) }));
});

test("a relayed DISCOVER is answered to the relay with its option untouched", () => {
  const relayOption = Uint8Array.of(1, 4, 9, 9, 9, 9);
  const on = lan({ subnets: [{ cidr: "10.9.9.0/24", router: "10.9.9.1", ranges: [{ from: "10.9.9.10", to: "10.9.9.20" }] }] });
  const { to, packet } = reply(discover(on, { relay: "10.9.9.1", hops: 1, set: [[Option.relayAgentInformation, relayOption]] }));
  assert.deepEqual(to, { address: "10.9.9.1", port: 67 });
  assert.deepEqual([...packet.options.keys()].at(-1), Option.relayAgentInformation);
  assert.equal(packet.relay, "10.9.9.1");
});

const boots: [string, Parameters<typeof message>[0], Changes, string, string][] = [
  [
    "BIOS",
    "uefi-pxe-discover",
    {
      set: [
        [Option.vendorClass, Buffer.from("PXEClient:Arch:00000:UNDI:002001")],
        [Option.clientArchitecture, Buffer.of(0, 0)],
      ],
    },
    "undionly.kpxe",
    "PXEClient",
  ],
  ["UEFI x86-64", "uefi-pxe-discover", {}, "snponly.efi", "PXEClient"],
  [
    "UEFI x86-64 as architecture 9",
    "uefi-pxe-discover",
    { set: [[Option.clientArchitecture, Buffer.of(0, 9)]] },
    "snponly.efi",
    "PXEClient",
  ],
  ["UEFI HTTP", "uefi-http-discover", {}, "http://10.0.0.2:8080/assets/ipxe/snponly.efi", "HTTPClient"],
  ["iPXE", "ipxe-bios-discover", {}, "http://10.0.0.2:8080/boot.ipxe", "PXEClient"],
];

for (const [title, from, changes, file, vendorClass] of boots) {
  test(`${title} is sent to ${file}`, () => {
    const { packet } = reply(decideFull(message(from, { mac: mac(1), ...changes }), lan(), plan));
    assert.equal(packet.bootFile, file);
    assert.equal(packet.nextServer, "10.0.0.2");
    assert.equal(textOption(packet, Option.vendorClass), vendorClass);
  });
}

test("only BIOS ROMs get option 43: old UEFI throws the offer away because of it", () => {
  assert.ok(!reply(discover(lan())).packet.options.has(Option.vendorSpecific));
  const [, , changes] = boots[0]!;
  const bios = reply(discover(lan(), changes)).packet;
  assert.deepEqual([...(bios.options.get(Option.vendorSpecific) ?? [])], [6, 1, 8, 255]);
});

test("iPXE is asked not to wait for a ProxyDHCP server", () => {
  const { packet } = reply(decideFull(message("ipxe-bios-discover"), lan(), plan));
  assert.deepEqual([...(packet.options.get(Option.etherboot) ?? [])], [176, 1, 1]);
});

for (const arch of [1, 2, 5, 10, 11, 17, 27, 41, 999]) {
  test(`architecture ${arch} gets an address but no file that would not run on it`, () => {
    const { packet } = reply(discover(lan(), { set: [[Option.clientArchitecture, Buffer.of(arch >> 8, arch & 255)]] }));
    assert.equal(packet.bootFile, "");
    assert.equal(packet.yourAddress, "10.0.0.10");
  });
}

test("a client that is not booting gets an address and nothing about booting", () => {
  const { packet } = reply(
    discover(lan(), {
      set: [
        [Option.vendorClass, Buffer.from("d-i")],
        [Option.clientArchitecture, undefined],
      ],
    }),
  );
  assert.equal(packet.bootFile, "");
  assert.ok(!packet.options.has(Option.vendorClass));
});

test("no sequence of messages gives one address to two machines", () => {
  const step = fc.record({
    mac: fc.integer({ min: 1, max: 6 }),
    type: fc.constantFrom(1, 3, 4, 7),
    address: fc.integer({ min: 9, max: 16 }),
    wait: fc.nat(4_000_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const on = lan({ to: "10.0.0.14" });
      const holders = new Map<string, { mac: string; until: number }>();
      for (const { mac: n, type, address, wait } of steps) {
        on.clock.now += wait;
        const wanted = `10.0.0.${address}`;
        const sent =
          type === MessageType.discover
            ? discover(on, { mac: mac(n) })
            : request(on, {
                mac: mac(n),
                type,
                requested: wanted,
                clientAddress: type === 7 ? wanted : "0.0.0.0",
                ...(type === 3 && { server: "10.0.0.2" }),
              });
        if (type === 7 || type === 4) {
          if (holders.get(wanted)?.mac === mac(n)) holders.delete(wanted);
          continue;
        }
        if (sent.kind !== "reply" || messageType(sent.packet) !== MessageType.ack) continue;
        const holder = holders.get(sent.packet.yourAddress);
        assert.ok(!holder || holder.mac === mac(n) || holder.until <= on.clock.now, `${sent.packet.yourAddress} is ${holder?.mac}'s`);
        for (const [held, by] of holders) if (by.mac === mac(n)) holders.delete(held);
        holders.set(sent.packet.yourAddress, { mac: mac(n), until: on.clock.now + 3_600_000 });
      }
    }),
    { numRuns: 1000 },
  );
});
