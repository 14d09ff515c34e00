import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { noNeighbours } from "../../../pxe/dhcp/decision/full.ts";
import { MessageType, Option } from "../../../pxe/dhcp/message/option.ts";
import { type DhcpPacket, decode, encode, messageType } from "../../../pxe/dhcp/message/packet.ts";
import { startDhcpServer } from "../../../pxe/dhcp/server.ts";
import { server as identity, message } from "../../support/dhcp/dhcp.ts";
import { lan } from "../../support/dhcp/dhcp-lan.ts";
import { silentLog } from "../../support/log.ts";

const anywhere = { address: "127.0.0.1", port: 0 };
/**
 * A relay on the loopback interface: the link it relays for, and the request to send answers to its source
 * port.
 */
const relayed: [number, Uint8Array] = [Option.relayAgentInformation, Uint8Array.of(5, 4, 10, 0, 0, 0, 19, 0)];

async function served(settled: () => Promise<void>) {
  const events: string[] = [];
  const server = await startDhcpServer({
    mode: {
      kind: "full",
      full: lan(),
      neighbours: { ...noNeighbours, ask: async () => undefined, close: async () => undefined },
      leases: { settled },
    },
    identity,
    dhcp: anywhere,
    bootServer: anywhere,
    source: {
      dhcpPlan: () => ({ netboot: true, reason: "n1 is discovered" }),
      respond: () => ({ status: 404, contentType: "text/plain", body: "" }),
      record: ({ type }) => void events.push(type),
    },
    together: (work) => work(),
    log: silentLog,
  });
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const answers: DhcpPacket[] = [];
  socket.on("message", (bytes) => answers.push(decode(bytes)));
  return {
    answers,
    events,
    say: (bytes: Uint8Array) => socket.send(bytes, server.dhcpPort, "127.0.0.1"),
    heard: async (count: number) => {
      while (answers.length < count) await sleep(5);
      return answers.map(messageType);
    },
    close: async () => {
      socket.close();
      await server.close();
    },
  };
}

const ask = (type: number, more: { requested?: string } = {}) =>
  encode(message("uefi-pxe-discover", { type, relay: "127.0.0.1", set: [relayed], ...more }));

test("an OFFER leaves at once, an ACK when its lease is on disk", async () => {
  const disk = Promise.withResolvers<void>();
  const on = await served(() => disk.promise);
  on.say(ask(MessageType.discover));
  await on.heard(1);
  on.say(ask(MessageType.request, { requested: "10.0.0.10" }));
  on.say(ask(MessageType.discover));
  assert.deepEqual(await on.heard(2), [MessageType.offer, MessageType.offer]);
  assert.ok(on.events.includes("dhcp.request"), "the request is in the timeline before the ACK");
  disk.resolve();
  assert.deepEqual(await on.heard(3), [MessageType.offer, MessageType.offer, MessageType.ack]);
  await on.close();
  assert.deepEqual(on.events, ["dhcp.discover", "dhcp.discover", "dhcp.request"]);
});

test("firmware that says its architecture in its vendor class alone has a timeline, a running system has none", async () => {
  const on = await served(async () => undefined);
  const discover = (mac: string, set: [number, Uint8Array | undefined][]) =>
    on.say(
      encode(message("uefi-pxe-discover", { mac, relay: "127.0.0.1", set: [relayed, [Option.clientArchitecture, undefined], ...set] })),
    );
  discover("52:54:00:00:00:01", []);
  discover("52:54:00:00:00:02", [[Option.vendorClass, Buffer.from("udhcp 1.36")]]);
  await on.heard(2);
  await on.close();
  assert.deepEqual(on.events, ["dhcp.discover"]);
});

test("a lease that could not be written is not promised, and the next machine is served", async () => {
  let broken = true;
  const on = await served(async () => {
    if (broken) throw new Error("disk is full");
  });
  on.say(ask(MessageType.request, { requested: "10.0.0.10" }));
  on.say(ask(MessageType.discover));
  assert.deepEqual(await on.heard(1), [MessageType.offer]);
  broken = false;
  on.say(ask(MessageType.request, { requested: "10.0.0.10" }));
  assert.deepEqual(await on.heard(2), [MessageType.offer, MessageType.ack]);
  await on.close();
});

test("one machine that floods is answered twenty times a second, and garbage not at all", async (t) => {
  // All of it comes within one second.
  const now = performance.now();
  t.mock.method(performance, "now", () => now);
  const on = await served(async () => undefined);
  for (let n = 0; n < 60; n++) on.say(ask(MessageType.discover));
  for (let n = 0; n < 20; n++) on.say(Buffer.alloc(n * 20, n));
  on.say(encode(message("uefi-pxe-discover", { relay: "127.0.0.1", set: [relayed], mac: "52:54:00:00:00:77" })));
  while (!on.answers.some(({ mac }) => mac === "52:54:00:00:00:77")) await sleep(5);
  const flood = on.answers.filter(({ mac }) => mac !== "52:54:00:00:00:77").length;
  assert.equal(flood, 20);
  await on.close();
});
