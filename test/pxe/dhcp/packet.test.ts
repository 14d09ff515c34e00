import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bootStage, machineSeen } from "../../../pxe/dhcp/decision/client.ts";
import { Option } from "../../../pxe/dhcp/message/option.ts";
import { type DhcpPacket, decode, encode, MalformedPacket, UnsupportedPacket } from "../../../pxe/dhcp/message/packet.ts";
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

test("a packet that is cut keeps its complete options, and a cut header is refused", () => {
  for (const name of names) {
    const whole = capture(name);
    const all = [...decode(whole).options];
    for (let length = 0; length < 240; length++) assert.throws(() => decode(whole.subarray(0, length)), MalformedPacket);
    for (let length = 240; length <= whole.lastIndexOf(Option.end); length++) {
      const { options } = decode(whole.subarray(0, length));
      assert.deepEqual([...options], all.slice(0, options.size), `${name}, ${length} bytes`);
    }
  }
});

/** The header of a request, followed by these bytes of options. */
const withOptions = (...options: number[]) => Buffer.concat([capture("uefi-pxe-discover").subarray(0, 240), Buffer.from(options)]);

const CLASS = [60, 9, ...Buffer.from("PXEClient")];

for (const [what, bytes] of [
  ["zeros", withOptions(53, 1, 1, ...CLASS, 93, 2, 0, 7, 0, 0, 0, 0)],
  ["nothing", withOptions(53, 1, 1, ...CLASS, 93, 2, 0, 7)],
  ["an option that runs past the end", withOptions(53, 1, 1, ...CLASS, 93, 2, 0, 7, 60, 200, 80, 88)],
  ["a code without a length", withOptions(53, 1, 1, ...CLASS, 93, 2, 0, 7, 60)],
] as const)
  test(`options that end with ${what} instead of END are read`, () => {
    const read = decode(bytes);
    assert.deepEqual([...read.options.keys()], [Option.messageType, Option.vendorClass, Option.clientArchitecture]);
    assert.equal(machineSeen(read).arch, 7);
  });

test("a name of a file or a server ends with a zero byte for firmware that ignores its length", () => {
  const cString = (bytes: Buffer, text: string) => {
    const at = bytes.indexOf(text, 240, "latin1");
    return bytes.toString("latin1", at, bytes.indexOf(0, at));
  };
  const texts = [
    [Option.tftpServerName, "10.0.0.2"],
    [Option.bootFileName, "http://10.0.0.2:8080/assets/ipxe/snponly.efi"],
  ] as const;
  for (const after of [Option.clientIdentifier, Option.relayAgentInformation, undefined]) {
    const options = texts.map(([code, text]): [number, Uint8Array] => [code, Buffer.from(text)]);
    const bytes = encode(packet(after === undefined ? options : [...options, [after, Buffer.alloc(255, 1)]]));
    for (const [code, text] of texts) {
      assert.equal(cString(bytes, text), text, `before option ${after}`);
      assert.equal(Buffer.from(decode(bytes).options.get(code) ?? []).toString(), text);
    }
  }
});

test("names that are moved to other fields of a full packet end with a zero byte too", () => {
  const bytes = encode(
    packet([
      [Option.domainName, new Uint8Array(50)],
      [Option.bootFileName, Buffer.from("undionly.kpxe")],
    ]),
    300,
  );
  const at = bytes.indexOf("undionly.kpxe", 0, "latin1");
  assert.ok(at > 0 && at < 236);
  assert.equal(bytes[at + "undionly.kpxe".length], 0);
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
    [Option.etherboot, Buffer.of(0xb1, 1, 0, 0x13, 1, 1, 0x18, 1, 1)],
  ] as [number, Buffer][]) {
    assert.equal(bootStage(packet([option, [Option.vendorClass, Buffer.from("PXEClient")]])), "ipxe");
  }
});

const HTTP = [0x13, 1, 1];
const TFTP = [0x15, 1, 1];
const BZIMAGE = [0x18, 1, 1];

for (const [what, name, features] of [
  ["an iPXE without HTTP", "iPXE", [...TFTP, 0x21, 1, 1]],
  ["an iPXE that starts no kernels", "iPXE", [...HTTP, ...TFTP]],
  ["an iPXE with a length before its name, without HTTP", "\x04iPXE", [...TFTP, ...BZIMAGE]],
  ["a gPXE", "gPXE", [...TFTP, ...BZIMAGE]],
  ["a gPXE that states no features", "gPXE", []],
] as const)
  test(`${what} is firmware that needs a loader`, () => {
    const own: [number, Uint8Array][] = [
      [Option.vendorClass, Buffer.from("PXEClient:Arch:00000:UNDI:002001")],
      [Option.userClass, Buffer.from(name, "latin1")],
      ...(features.length > 0 ? [[Option.etherboot, Buffer.from(features)] as [number, Uint8Array]] : []),
    ];
    assert.equal(bootStage(packet(own)), "bios-rom");
    assert.equal(bootStage(packet([...own, [Option.clientArchitecture, Buffer.of(0, 7)]])), "uefi-rom");
  });

test("a Raspberry Pi is known by its machine identifier, whatever its MAC address is", () => {
  const pi = (identifier: string, mac: string) =>
    machineSeen({
      ...packet([
        [Option.vendorClass, Buffer.from("PXEClient:Arch:00000:UNDI:002001")],
        [Option.clientArchitecture, Buffer.of(0, 0)],
        [Option.clientMachineIdentifier, Buffer.concat([Buffer.from(identifier, "latin1"), Buffer.alloc(12, 7)])],
      ]),
      mac,
    }).arch;
  assert.equal(pi("\0RPi5", "3a:35:41:00:00:01"), 41);
  assert.equal(pi("\0RPi4", "02:00:5e:00:00:01"), 41);
  assert.equal(pi("\0RPi6", "02:00:5e:00:00:01"), 41);
  assert.equal(pi("\0xRPi", "02:00:5e:00:00:01"), 0);
});

test("DHCP over InfiniBand is not supported, and other hardware is malformed", () => {
  const bytes = Buffer.from(capture("uefi-pxe-discover"));
  bytes.set([32, 0], 1);
  assert.throws(() => decode(bytes), UnsupportedPacket);
  bytes.set([6, 6], 1);
  assert.throws(
    () => decode(bytes),
    (error) => error instanceof MalformedPacket && !(error instanceof UnsupportedPacket),
  );
});
