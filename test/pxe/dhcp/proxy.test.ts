import assert from "node:assert/strict";
import { test } from "node:test";
import { decideBootServer, decideProxy } from "../../../pxe/dhcp/decision/proxy.ts";
import { MessageType, Option } from "../../../pxe/dhcp/message/option.ts";
import { addressOption, type DhcpPacket, decode, encode, messageType, textOption } from "../../../pxe/dhcp/message/packet.ts";
import { message, server } from "../../support/dhcp/dhcp.ts";

const plan = { netboot: true, reason: "n1 is ready" } as const;
const from = { address: "10.0.0.40", port: 4011 };
const bios = {
  set: [
    [Option.vendorClass, Buffer.from("PXEClient:Arch:00000:UNDI:002001")],
    [Option.clientArchitecture, Buffer.of(0, 0)],
  ] as [number, Uint8Array][],
};

test("a booting machine is offered a file and no address", () => {
  for (const [name, file] of [
    ["uefi-pxe-discover", "snponly.efi"],
    ["ipxe-bios-discover", "http://10.0.0.2:8080/boot.ipxe"],
    ["uefi-http-discover", "http://10.0.0.2:8080/assets/ipxe/snponly.efi"],
  ] as const) {
    const decision = decideProxy(message(name), server, plan);
    assert(decision.kind === "reply");
    const packet = decode(encode(decision.packet));
    assert.equal(messageType(packet), MessageType.offer);
    assert.equal(packet.yourAddress, "0.0.0.0");
    assert.equal(packet.nextServer, "10.0.0.2");
    assert.equal(packet.bootFile, file);
    assert.equal(addressOption(packet, Option.serverIdentifier), "10.0.0.2");
    assert.ok(!packet.options.has(Option.leaseTime) && !packet.options.has(Option.subnetMask));
    assert.deepEqual(decision.to, { address: "255.255.255.255", port: 68 });
  }
});

test("UEFI is offered without option 43, BIOS with 'just use the file'", () => {
  const uefi = decideProxy(message("uefi-pxe-discover"), server, plan);
  assert(uefi.kind === "reply" && !uefi.packet.options.has(Option.vendorSpecific));
  const old = decideProxy(message("uefi-pxe-discover", bios), server, plan);
  assert(old.kind === "reply");
  assert.deepEqual([...(old.packet.options.get(Option.vendorSpecific) ?? [])], [6, 1, 8, 255]);
});

test("the LAN's own server is left alone: requests and machines that are not booting get no answer", () => {
  assert.equal(decideProxy(message("ipxe-bios-request"), server, plan).kind, "ignore");
  const plain = message("uefi-pxe-discover", {
    set: [
      [Option.vendorClass, Buffer.from("dhcpcd")],
      [Option.clientArchitecture, undefined],
    ],
  });
  assert.equal(decideProxy(plain, server, plan).kind, "ignore");
});

test("port 4011 answers REQUEST and INFORM of every firmware, to where the question came from", () => {
  for (const type of [MessageType.request, MessageType.inform]) {
    for (const changes of [{}, bios]) {
      const decision = decideBootServer(
        message("uefi-pxe-discover", { type, clientAddress: from.address, ...changes }),
        server,
        plan,
        from,
      );
      assert(decision.kind === "reply");
      assert.deepEqual(decision.to, from);
      assert.equal(messageType(decision.packet), MessageType.ack);
      assert.equal(decision.packet.yourAddress, "0.0.0.0");
      assert.equal(textOption(decision.packet, Option.vendorClass), "PXEClient");
    }
  }
});

test("port 4011 echoes the boot item it was asked for", () => {
  const item = Buffer.of(71, 4, 0, 9, 0, 0, 255);
  const decision = decideBootServer(
    message("uefi-pxe-discover", { type: MessageType.request, set: [...bios.set, [Option.vendorSpecific, item]] }),
    server,
    plan,
    from,
  );
  assert(decision.kind === "reply");
  assert.deepEqual([...(decision.packet.options.get(Option.vendorSpecific) ?? [])], [6, 1, 8, 71, 4, 0, 9, 0, 0, 255]);
});

test("port 4011 keeps silent for another boot server's client and for a DISCOVER", () => {
  assert.equal(
    decideBootServer(message("uefi-pxe-discover", { type: MessageType.request, server: "10.0.0.9" }), server, plan, from).kind,
    "ignore",
  );
  assert.equal(decideBootServer(message("uefi-pxe-discover"), server, plan, from).kind, "ignore");
});

test("an offer through a relay goes to the port that the relay named, or to port 67", () => {
  const relayed = (...set: [number, Uint8Array][]) => message("uefi-pxe-discover", { relay: "10.9.0.1", set });
  const to = (request: DhcpPacket) => {
    const decision = decideProxy(request, server, plan, { address: "10.9.0.1", port: 6767 });
    return decision.kind === "reply" ? decision.to : undefined;
  };
  assert.deepEqual(to(relayed([Option.relayAgentInformation, Buffer.of(19, 0)])), { address: "10.9.0.1", port: 6767 });
  assert.deepEqual(to(relayed([Option.relayAgentInformation, Buffer.of(1, 1, 1, 19, 0)])), { address: "10.9.0.1", port: 6767 });
  assert.deepEqual(to(relayed([Option.relayAgentInformation, Buffer.of(1, 1, 1)])), { address: "10.9.0.1", port: 67 });
  assert.deepEqual(to(message("uefi-pxe-discover", { clientAddress: "10.9.0.77" })), { address: "255.255.255.255", port: 68 });
});
