import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bootStage, machineSeen } from "../../../pxe/dhcp/decision/client.ts";
import { Option } from "../../../pxe/dhcp/message/option.ts";
import { type DhcpPacket, decode, encode, MalformedPacket } from "../../../pxe/dhcp/message/packet.ts";
import { type CaptureName, capture } from "../../support/dhcp/captures.ts";

const names = ["uefi-pxe-discover", "uefi-http-discover", "ipxe-bios-discover", "ipxe-bios-request"] as const;

const stages = [
  ["uefi-pxe-discover", "uefi-rom", 7],
  ["uefi-http-discover", "uefi-http", 16],
  ["ipxe-bios-discover", "ipxe", 0],
  ["ipxe-bios-request", "ipxe", 0],
] as const satisfies [CaptureName, string, number][];

for (const [name, stage, arch] of stages) {
  test(`${name} is recognised as ${stage}, architecture ${arch}`, () => {
    const packet = decode(capture(name));
    assert.equal(bootStage(packet), stage);
    assert.equal(machineSeen(packet).arch, arch);
  });
}

test("a packet cut anywhere is refused, never misread", () => {
  for (const name of names) {
    const whole = capture(name);
    const end = whole.lastIndexOf(Option.end);
    for (let length = 0; length <= end; length++) assert.throws(() => decode(whole.subarray(0, length)), MalformedPacket);
  }
});

test("values decoded from real firmware encode to the same values", () => {
  for (const name of names) {
    const packet = decode(capture(name));
    assert.deepEqual(decode(encode(packet)), packet);
  }
});

test("mutated packets are decoded or refused, nothing else", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 20 }),
      fc.nat(600),
      (name, changes, length) => {
        const bytes = Buffer.from(capture(name).subarray(0, length));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          machineSeen(decode(bytes));
        } catch (error) {
          assert.ok(error instanceof MalformedPacket, String(error));
        }
      },
    ),
    { numRuns: 5000 },
  );
});

const packet = (options: [number, Uint8Array][], bootFile = ""): DhcpPacket => ({
  ...decode(capture("uefi-pxe-discover")),
  op: "reply",
  bootFile,
  options: new Map(options),
});

test("options of any length survive the way out and back", () => {
  const option = fc.tuple(
    fc.integer({ min: 1, max: 254 }).filter((code) => code !== Option.overload),
    fc.uint8Array({ maxLength: 700 }),
  );
  fc.assert(
    fc.property(fc.uniqueArray(option, { selector: ([code]) => code, maxLength: 10 }), (options) => {
      assert.deepEqual(
        new Map([...decode(encode(packet(options))).options].map(([code, value]) => [code, [...value]])),
        new Map(options.map(([code, value]) => [code, [...value]])),
      );
    }),
  );
});

test("a short message is padded to the 300 bytes that old ROMs want", () => {
  assert.equal(encode(packet([])).length, 300);
});

test("the relay's option comes last and stays when others must go", () => {
  const relay = Uint8Array.of(1, 2, 3);
  const bytes = encode(
    packet([
      [Option.relayAgentInformation, relay],
      [Option.domainName, new Uint8Array(200)],
      [Option.message, new Uint8Array(200)],
    ]),
    500,
  );
  assert.ok(bytes.length <= 500);
  const { options } = decode(bytes);
  assert.deepEqual([...options.keys()].at(-1), Option.relayAgentInformation);
  assert.ok(!options.has(Option.message));
});

test("options in the file and sname fields are read when option 52 says so", () => {
  const bytes = encode(packet([[Option.overload, Uint8Array.of(3)]]));
  bytes.set([Option.domainName, 1, 65, Option.end], 108);
  bytes.set([Option.hostName, 1, 66, Option.end], 44);
  const decoded = decode(bytes);
  assert.equal(decoded.bootFile, "");
  assert.deepEqual([...(decoded.options.get(Option.domainName) ?? [])], [65]);
  assert.deepEqual([...(decoded.options.get(Option.hostName) ?? [])], [66]);
});

test("the machine identifier is printed as dmidecode prints it", () => {
  const wire = Buffer.from("00001c7a0baa77114e9e00000000d132b7", "hex");
  const seen = machineSeen(packet([[Option.clientMachineIdentifier, wire]]));
  assert.equal(seen.uuid, "0b7a1c00-77aa-4e11-9e00-000000d132b7");
});

test("iPXE is known by its class, with or without a length byte, and by its own option", () => {
  for (const option of [
    [Option.userClass, Buffer.from("iPXE")],
    [Option.userClass, Buffer.from("\x04iPXE")],
    [Option.etherboot, Buffer.of(0xb1, 1, 0)],
  ] as [number, Buffer][]) {
    assert.equal(bootStage(packet([option, [Option.vendorClass, Buffer.from("PXEClient")]])), "ipxe");
  }
});
