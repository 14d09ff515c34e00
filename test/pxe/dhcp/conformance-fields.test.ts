/**
 * Fields of an answer and its destination (RFC 2131 §4.1 and table 3), under the names of these cases in ISC
 * Forge.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeExtra } from "../../../pxe/dhcp/message/extra-options.ts";
import { Option } from "../../../pxe/dhcp/message/option.ts";
import { addressOption, decode, encode, MalformedPacket } from "../../../pxe/dhcp/message/packet.ts";
import { message } from "../../support/dhcp/dhcp.ts";
import { lan, machine } from "../../support/dhcp/dhcp-lan.ts";

const A = "ff:01:02:03:ff:04";
const B = "00:00:00:00:00:0b";
const one = { ranges: [{ from: "10.0.0.10", to: "10.0.0.10" }] };
const everywhere = { address: "255.255.255.255", port: 68 };

describe("test_v4_message_fields", () => {
  test("chaddr, xid, hops and flags come back as they were sent, secs does not", () => {
    for (const broadcast of [true, false]) {
      const { packet } = machine(lan(), A).discover({ broadcast, hops: 3, seconds: 700, relay: "10.0.0.1" });
      assert.equal(packet.mac, A);
      assert.equal(packet.broadcast, broadcast);
      assert.equal(packet.hops, 3);
      assert.equal(packet.seconds, 0);
      assert.equal(packet.relay, "10.0.0.1");
    }
  });

  for (const address of ["10.0.0.15", "255.255.255.255"]) {
    test(`ciaddr_${address === "10.0.0.15" ? "correct" : "incorrect"}_offer: it is not believed before there is a lease`, () => {
      const { packet, to } = machine(lan(), A).discover({ clientAddress: address });
      assert.equal(packet.clientAddress, "0.0.0.0");
      assert.deepEqual(to, everywhere);
    });

    test(`ciaddr_${address === "10.0.0.15" ? "correct" : "incorrect"}_nak`, () => {
      const on = lan(one);
      machine(on, A).join();
      const { kind, packet, to } = machine(on, B).select("10.0.0.10", { clientAddress: address });
      assert.equal(kind, "nak");
      assert.equal(packet.clientAddress, "0.0.0.0");
      assert.deepEqual(to, everywhere);
    });

    test(`siaddr_${address === "10.0.0.15" ? "correct" : "incorrect"}_offer: a client's siaddr is never used as next server`, () => {
      assert.equal(machine(lan(), A).discover({ nextServer: address }).packet.nextServer, "0.0.0.0");
    });
  }

  test("yiaddr_nak and siaddr_nak are zero", () => {
    const on = lan(one);
    machine(on, A).join();
    const { packet } = machine(on, B).select("10.0.0.10");
    assert.equal(packet.yourAddress, "0.0.0.0");
    assert.equal(packet.nextServer, "0.0.0.0");
    assert.equal(packet.bootFile, "");
  });

  test("a stray ciaddr next to option 50 is not the address asked for", () => {
    const on = lan();
    machine(on, A).discover();
    const ack = machine(on, A).select("10.0.0.10", { clientAddress: "10.0.0.77" });
    assert.equal(ack.packet.yourAddress, "10.0.0.10");
    assert.equal(ack.packet.clientAddress, "0.0.0.0");
  });

  test("a server's message is not answered", () => {
    assert.equal(machine(lan(), A).discover({ op: "reply" }).kind, "silence");
  });

  test("BOOTP without a message type and unknown types get no answer", () => {
    for (const type of [0, 2, 5, 6, 9, 255]) assert.equal(machine(lan(), A).say(type).kind, "silence");
    assert.equal(machine(lan(), A).discover({ set: [[Option.messageType, Uint8Array.of()]] }).kind, "silence");
  });

  test("hlen and htype other than Ethernet's are refused cleanly", () => {
    const bytes = encode(message("uefi-pxe-discover"));
    for (const [htype, hlen] of [
      [1, 8],
      [1, 0],
      [1, 16],
      [1, 255],
      [32, 20],
      [0, 6],
      [6, 6],
    ]) {
      const changed = Buffer.from(bytes);
      changed.set([htype!, hlen!], 1);
      assert.throws(() => decode(changed), MalformedPacket);
    }
  });
});

describe("destination", () => {
  test("broadcast while the client has no address, whatever its flag says", () => {
    for (const broadcast of [true, false]) {
      const on = lan();
      assert.deepEqual(machine(on, A).discover({ broadcast }).to, everywhere);
      assert.deepEqual(machine(on, A).select("10.0.0.10", { broadcast }).to, everywhere);
    }
  });

  test("a NAK is broadcast even to who has an address", () => {
    assert.deepEqual(machine(lan(), A).renew("192.168.7.7").to, everywhere);
  });

  test("to the relay on port 67, and a NAK asks it to broadcast", () => {
    const on = lan({ subnets: [{ cidr: "10.9.0.0/24", router: "10.9.0.1", ranges: [{ from: "10.9.0.10", to: "10.9.0.20" }] }] });
    assert.deepEqual(machine(on, A).discover({ relay: "10.9.0.1" }).to, { address: "10.9.0.1", port: 67 });
    const nak = machine(on, A).reboot("192.168.7.7", { relay: "10.9.0.1", broadcast: false });
    assert.deepEqual(nak.to, { address: "10.9.0.1", port: 67 });
    assert.ok(nak.packet.broadcast);
  });

  test("to the port the relay names by sending from it (RFC 8357)", () => {
    const said = {
      relay: "10.0.0.1",
      set: [[Option.relayAgentInformation, Uint8Array.of(19, 0)]] as [number, Uint8Array][],
      from: { address: "10.0.0.1", port: 40_067 },
    };
    assert.deepEqual(machine(lan(), A).discover(said).to, { address: "10.0.0.1", port: 40_067 });
  });
});

describe("options", () => {
  test("53 and 54 come first, T1 and T2 are 0.5 and 0.875 of the lease", () => {
    const { packet } = machine(lan({ leaseSeconds: 1000 }), A).discover();
    assert.deepEqual([...packet.options.keys()].slice(0, 2), [Option.messageType, Option.serverIdentifier]);
    const seconds = [Option.leaseTime, Option.renewalTime, Option.rebindingTime].map((code) =>
      Buffer.from(packet.options.get(code) ?? []).readUInt32BE(),
    );
    assert.deepEqual(seconds, [1000, 500, 875]);
  });

  test("every answer has at least 300 bytes", () => {
    const on = lan();
    assert.ok(machine(on, A).discover().bytes.length >= 300);
    assert.equal(machine(on, A).reboot("192.168.7.7").bytes.length, 300);
  });

  const long = new Map([[Option.domainSearch, new Uint8Array(900).fill(1)]]);
  const asking = { asks: [Option.domainSearch] };
  const maxSize = (size: number): [number, Uint8Array] => [Option.maxMessageSize, Uint8Array.of(size >> 8, size & 255)];

  test("57: an answer has at most 576 bytes with its headers unless the client takes more", () => {
    assert.ok(machine(lan({ extra: long }), A).discover(asking).bytes.length <= 548);
    const more = machine(lan({ extra: long }), A).discover({ ...asking, set: [maxSize(1500)] });
    assert.equal(more.packet.options.get(Option.domainSearch)?.length, 900);
    for (const size of [0, 100, 576]) {
      const { bytes } = machine(lan({ extra: long }), A).discover({ ...asking, set: [maxSize(size)] });
      assert.ok(bytes.length <= 548, `${size} is raised to the least every client takes`);
    }
    const huge = new Map([[Option.domainSearch, new Uint8Array(1100).fill(1)]]);
    assert.ok(machine(lan({ extra: huge }), A).discover({ ...asking, set: [maxSize(65_535)] }).bytes.length <= 1472);
  });

  test("52: what does not fit goes into file and sname where nothing else is there", () => {
    const extra = new Map<number, Uint8Array>([
      [Option.domainSearch, new Uint8Array(200).fill(1)],
      [Option.classlessRoutes, new Uint8Array(100).fill(2)],
      [Option.ntpServers, new Uint8Array(48).fill(3)],
    ]);
    const { packet, bytes } = machine(lan({ extra }), A).discover({ asks: [...extra.keys()] });
    assert.ok(bytes.length <= 548);
    assert.deepEqual([...(packet.options.get(Option.overload) ?? [])], [3]);
    for (const [code, value] of extra) assert.deepEqual([...(packet.options.get(code) ?? [])], [...value], `option ${code}`);
  });

  test("52: the fields of the boot file are never used for options when there is one", () => {
    const offer = machine(lan({ extra: long }), A).discover({
      ...asking,
      set: [
        [Option.vendorClass, Buffer.from("PXEClient:Arch:00007:UNDI:003016")],
        [Option.clientArchitecture, Buffer.of(0, 7)],
      ],
    });
    assert.equal(offer.packet.bootFile, "snponly.efi");
    assert.ok(!offer.packet.options.has(Option.overload));
  });

  test("3396: a value of more than 255 bytes comes in parts and is one value again", () => {
    const value = Uint8Array.from({ length: 600 }, (_, index) => index & 255);
    const { packet, bytes } = machine(lan({ extra: new Map([[Option.classlessRoutes, value]]) }), A).discover({
      asks: [Option.classlessRoutes],
      set: [maxSize(1500)],
    });
    assert.deepEqual([...(packet.options.get(Option.classlessRoutes) ?? [])], [...value]);
    const part = Buffer.of(Option.classlessRoutes, 255);
    assert.ok(bytes.indexOf(part) > 0 && bytes.indexOf(part, bytes.indexOf(part) + 257) > 0);
  });

  test("6842: the client identifier is echoed, also in a NAK, and absent where the client sent none", () => {
    const on = lan();
    const clientId = "ff0000000100020003";
    for (const heard of [machine(on, A).discover({ clientId }), machine(on, A).reboot("192.168.7.7", { clientId })]) {
      assert.deepEqual(heard.packet.options.get(Option.clientIdentifier), Buffer.from(clientId, "hex"));
    }
    assert.ok(!machine(on, A).discover().packet.options.has(Option.clientIdentifier));
  });

  test("42, 119, 121 and 108 are given to who asks, 121 with the default route in it", () => {
    const extra = encodeExtra(
      {
        ntp: ["10.0.0.3"],
        search: ["lab.internal", "example.org"],
        routes: [{ to: "10.8.0.0/13", via: "10.0.0.4" }],
        ipv6OnlySeconds: 1800,
      },
      "10.0.0.1",
    );
    const quiet = machine(lan({ extra }), A).discover().packet;
    for (const code of extra.keys()) assert.ok(!quiet.options.has(code));
    const { packet } = machine(lan({ extra }), A).discover({ asks: [42, 119, 121, 108] });
    assert.equal(addressOption(packet, Option.ntpServers), "10.0.0.3");
    assert.equal(
      Buffer.from(packet.options.get(Option.domainSearch) ?? []).toString("latin1"),
      "\x03lab\x08internal\0\x07example\x03org\0",
    );
    assert.deepEqual([...(packet.options.get(Option.classlessRoutes) ?? [])], [13, 10, 8, 10, 0, 0, 4, 0, 10, 0, 0, 1]);
    assert.deepEqual([...(packet.options.get(Option.ipv6OnlyPreferred) ?? [])], [0, 0, 7, 8]);
  });

  test("a machine's own options come before its subnet's", () => {
    const extra = encodeExtra({ ntp: ["10.0.0.3"] }, "10.0.0.1");
    const machines = new Map([[A, encodeExtra({ ntp: ["10.0.0.4"] }, "10.0.0.1")]]);
    const on = lan({ extra, machines });
    assert.equal(addressOption(machine(on, A).discover({ asks: [42] }).packet, Option.ntpServers), "10.0.0.4");
    assert.equal(addressOption(machine(on, B).discover({ asks: [42] }).packet, Option.ntpServers), "10.0.0.3");
  });
});
