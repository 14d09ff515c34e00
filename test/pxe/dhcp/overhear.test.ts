/** Other servers' offers, received on port 68. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { type OverheardOffer, otherOffer, overhearOffers } from "../../../pxe/dhcp/lan/overhear.ts";
import { ipBytes } from "../../../pxe/dhcp/message/address.ts";
import { MessageType, Option } from "../../../pxe/dhcp/message/option.ts";
import { type DhcpPacket, decode, encode } from "../../../pxe/dhcp/message/packet.ts";
import { message } from "../../support/dhcp/dhcp.ts";
import { silentLog as log } from "../../support/log.ts";

const ours = new Set(["10.0.0.2"]);
const mac = "52:54:00:00:00:0a";

function offer(server: string, header: Partial<DhcpPacket> = {}, options: [number, Uint8Array][] = []): DhcpPacket {
  const set = new Map<number, Uint8Array>([
    [Option.messageType, Uint8Array.of(MessageType.offer)],
    [Option.serverIdentifier, ipBytes(server)],
    ...options,
  ]);
  const reply = { ...message("uefi-pxe-discover"), op: "reply" as const, mac, yourAddress: "192.168.1.50", ...header, options: set };
  return decode(encode(reply));
}

test("an offer of an address alone names nothing else", () => {
  assert.deepEqual(otherOffer(offer("192.168.1.1"), "192.168.1.1", ours), {
    mac,
    server: "192.168.1.1",
    address: "192.168.1.50",
    pxe: false,
  });
});

test("boot file and next-server are read wherever a server puts them", () => {
  const named = { bootFile: "pxelinux.0", nextServer: "192.168.1.9" };
  assert.partialDeepStrictEqual(otherOffer(offer("192.168.1.1", named), "192.168.1.1", ours), named);
  const options: [number, Uint8Array][] = [
    [Option.bootFileName, Buffer.from("pxelinux.0\0")],
    [Option.tftpServerName, Buffer.from("192.168.1.9")],
  ];
  assert.partialDeepStrictEqual(otherOffer(offer("192.168.1.1", {}, options), "192.168.1.1", ours), named);
});

test("another PXE server is known by option 60 or 43, with or without an address to give", () => {
  const proxy = offer("192.168.1.7", { yourAddress: "0.0.0.0" }, [[Option.vendorClass, Buffer.from("PXEClient")]]);
  assert.deepEqual(otherOffer(proxy, "192.168.1.7", ours), { mac, server: "192.168.1.7", pxe: true });
});

test("our own messages, and messages that are no offers, do not count as another server's", () => {
  assert.equal(otherOffer(offer("10.0.0.2"), "10.0.0.2", ours), undefined);
  assert.equal(otherOffer(message("uefi-pxe-discover"), "10.0.0.9", ours), undefined);
  const ack = offer("192.168.1.1", {}, [[Option.messageType, Uint8Array.of(MessageType.ack)]]);
  assert.equal(otherOffer(ack, "192.168.1.1", ours), undefined);
});

test("offers are heard on a socket, between garbage", async (t) => {
  const heard: OverheardOffer[] = [];
  const probe = createSocket("udp4").bind(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  const overheard = await overhearOffers({ address: "127.0.0.1", port }, { ours, heard: (each) => heard.push(each), log });
  const sender = createSocket("udp4");
  t.after(async () => {
    sender.close();
    await overheard.close();
  });
  for (const bytes of [Buffer.of(1, 2, 3), encode(offer("192.168.1.1")), encode(offer("10.0.0.2")), encode(offer("192.168.1.7"))])
    await new Promise<void>((done) => sender.send(bytes, port, "127.0.0.1", () => done()));
  while (heard.length < 2) await new Promise((done) => setTimeout(done, 5));
  assert.deepEqual(
    heard.map(({ server }) => server),
    ["192.168.1.1", "192.168.1.7"],
  );
});
