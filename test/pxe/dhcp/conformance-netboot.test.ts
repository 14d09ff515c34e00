/**
 * Every kind of firmware in every mode: the boot file in the answer, and what the answer must not contain
 * (PXE 2.1, RFC 4578).
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decideFull } from "../../../pxe/dhcp/decision/full.ts";
import { decideBootServer, decideProxy } from "../../../pxe/dhcp/decision/proxy.ts";
import type { DhcpDecision } from "../../../pxe/dhcp/decision/reply.ts";
import { MessageType, Option } from "../../../pxe/dhcp/message/option.ts";
import { type DhcpPacket, decode, encode, textOption } from "../../../pxe/dhcp/message/packet.ts";
import { message, server } from "../../support/dhcp/dhcp.ts";
import { lan } from "../../support/dhcp/dhcp-lan.ts";

const plan = { netboot: true, reason: "n1 is discovered" } as const;
const from = { address: "10.0.0.40", port: 4011 };

function firmware(arch: number | undefined, type: number, more: [number, Uint8Array | undefined][] = []): DhcpPacket {
  const http = arch !== undefined && [15, 16, 17, 18, 19, 20, 23, 24, 26, 28, 30, 38, 40].includes(arch);
  return message("uefi-pxe-discover", {
    type,
    ...(type === MessageType.discover ? {} : { clientAddress: from.address }),
    set: [
      [Option.vendorClass, Buffer.from(`${http ? "HTTP" : "PXE"}Client:Arch:${String(arch ?? 0).padStart(5, "0")}:UNDI:002001`)],
      [Option.clientArchitecture, arch === undefined ? undefined : Buffer.of(arch >> 8, arch & 255)],
      ...more,
    ],
  });
}

const modes: [string, (packet: (type: number) => DhcpPacket) => DhcpDecision][] = [
  ["full", (packet) => decideFull(packet(MessageType.discover), lan(), plan)],
  ["proxy", (packet) => decideProxy(packet(MessageType.discover), server, plan)],
  ["port 4011", (packet) => decideBootServer(packet(MessageType.request), server, plan, from)],
];

const files: [number, string][] = [
  [0, "undionly.kpxe"],
  [7, "snponly.efi"],
  [9, "snponly.efi"],
  [6, "grubia32.efi"],
  [15, "http://10.0.0.2:8080/assets/ipxe/grubia32.efi"],
  [16, "http://10.0.0.2:8080/assets/ipxe/snponly.efi"],
];

for (const [mode, decide] of modes) {
  describe(`in ${mode}`, () => {
    const answer = (arch: number | undefined, more: [number, Uint8Array | undefined][] = []) => {
      const decision = decide((type) => firmware(arch, type, more));
      assert(decision.kind === "reply", decision.kind);
      return decode(encode(decision.packet));
    };

    for (const [arch, file] of files) {
      test(`architecture ${arch} is pointed at ${file} in siaddr and file`, () => {
        const packet = answer(arch);
        assert.equal(packet.bootFile, file);
        assert.equal(packet.nextServer, "10.0.0.2");
        assert.equal(packet.serverName, "10.0.0.2");
      });
    }

    test("BIOS gets 43.6=8, which means: just use the file; UEFI and UEFI HTTP must not get option 43", () => {
      assert.deepEqual([...(answer(0).options.get(Option.vendorSpecific) ?? [])], [6, 1, 8, 255]);
      for (const arch of [6, 7, 9, 15, 16]) assert.ok(!answer(arch).options.has(Option.vendorSpecific), `architecture ${arch}`);
    });

    test("option 60 answers in kind: without it UEFI HTTP never asks", () => {
      assert.equal(textOption(answer(7), Option.vendorClass), "PXEClient");
      for (const arch of [15, 16]) assert.equal(textOption(answer(arch), Option.vendorClass), "HTTPClient");
    });

    test("66 and 67 come when they are asked for, 67 always to UEFI HTTP", () => {
      const packet = answer(7, [[Option.parameterRequestList, Uint8Array.of(66, 67)]]);
      assert.equal(textOption(packet, Option.tftpServerName), "10.0.0.2");
      assert.equal(textOption(packet, Option.bootFileName), "snponly.efi");
      const quiet: [number, Uint8Array][] = [[Option.parameterRequestList, Uint8Array.of(1)]];
      assert.ok(!answer(7, quiet).options.has(Option.bootFileName));
      for (const arch of [15, 16]) assert.match(textOption(answer(arch, quiet), Option.bootFileName), /^http:.*\.efi$/);
    });

    test("97 is echoed when it was sent, and its absence is no obstacle", () => {
      const id = Buffer.from(`00${"ab".repeat(16)}`, "hex");
      assert.deepEqual([...(answer(7, [[Option.clientMachineIdentifier, id]]).options.get(Option.clientMachineIdentifier) ?? [])], [...id]);
      assert.ok(!answer(7, [[Option.clientMachineIdentifier, undefined]]).options.has(Option.clientMachineIdentifier));
    });

    test("94 and 93 absent: the architecture is read from option 60", () => {
      const absent: [number, undefined][] = [
        [Option.clientNetworkInterface, undefined],
        [Option.clientArchitecture, undefined],
      ];
      assert.equal(answer(7, absent).bootFile, "snponly.efi");
      assert.equal(answer(0, absent).bootFile, "undionly.kpxe");
      assert.equal(answer(15, absent).bootFile, "http://10.0.0.2:8080/assets/ipxe/grubia32.efi");
    });

    test("93 with several architectures: the first that is known", () => {
      assert.equal(answer(0, [[Option.clientArchitecture, Buffer.of(0, 99, 0, 7)]]).bootFile, "snponly.efi");
    });

    test("iPXE is sent to the script, never to itself again", () => {
      for (const mark of [
        [Option.userClass, Buffer.from("iPXE")],
        [Option.userClass, Buffer.from("\x04iPXE")],
        [Option.etherboot, Buffer.of(0x13, 1, 1, 0x18, 1, 1)],
        [Option.etherboot, Buffer.of(0x24, 1, 1, 0x13, 1, 1)],
      ] as [number, Uint8Array][])
        assert.equal(answer(0, [mark]).bootFile, "http://10.0.0.2:8080/boot.ipxe");
    });

    test("the boot item of the request is echoed to BIOS", () => {
      const asked: [number, Uint8Array] = [Option.vendorSpecific, Buffer.of(71, 4, 0, 9, 0, 0, 255)];
      assert.deepEqual([...(answer(0, [asked]).options.get(Option.vendorSpecific) ?? [])], [6, 1, 8, 71, 4, 0, 9, 0, 0, 255]);
    });

    test("the boot ROM of a Raspberry Pi, which calls itself a BIOS, is refused by its own name", () => {
      const decision = decide((type) => ({ ...firmware(0, type), mac: "dc:a6:32:00:00:01" }));
      const said = decision.kind === "reply" ? decision.summary : decision.kind === "ignore" ? decision.reason : "";
      assert.match(said, /no boot file runs on Raspberry Pi boot ROM \(architecture 41\)/);
      if (decision.kind === "reply") assert.equal(decision.packet.bootFile, "");
    });

    for (const arch of [1, 2, 3, 4, 5, 10, 11, 17, 18, 19, 20, 23, 24, 26, 28, 30, 38, 40, 41, 0xffff]) {
      test(`architecture ${arch} is not given a file that cannot run on it, and the timeline says so`, () => {
        const decision = decide((type) => firmware(arch, type));
        if (decision.kind === "reply") assert.equal(decision.packet.bootFile, "");
        const said = decision.kind === "reply" ? decision.summary : decision.kind === "ignore" ? decision.reason : "";
        assert.match(said, /no boot file runs on|is not among the assets/);
      });
    }
  });
}
