/** The order of OFFERs, ACKs and the events of booting machines, with a socket that only remembers. */
import assert from "node:assert/strict";
import type { Socket } from "node:dgram";
import { type TestContext, test } from "node:test";
import type { WireEvent } from "../../../pxe/boot-source.ts";
import { decideFull } from "../../../pxe/dhcp/decision/full.ts";
import { decideBootServer } from "../../../pxe/dhcp/decision/proxy.ts";
import { ipBytes } from "../../../pxe/dhcp/message/address.ts";
import { MessageType, Option } from "../../../pxe/dhcp/message/option.ts";
import { decode, encode, messageType } from "../../../pxe/dhcp/message/packet.ts";
import { Turns } from "../../../pxe/dhcp/turns.ts";
import { server as identity, message } from "../../support/dhcp/dhcp.ts";
import { lan } from "../../support/dhcp/dhcp-lan.ts";
import { silentLog } from "../../support/log.ts";
import { until } from "../../support/until.ts";

const plan = { netboot: true, reason: "a new machine" } as const;
const macOf = (n: number) => `52:54:00:00:02:${n.toString(16).padStart(2, "0")}`;

function desk(t: TestContext, mode: "full" | "proxy" = "full") {
  const network = lan({ ranges: [{ from: "10.0.0.10", to: "10.0.0.200" }] });
  /** Answers and stored events in their order. */
  const story: string[] = [];
  let transactions = 0;
  let failing = false;
  const turns = new Turns({
    leasing: mode === "full" ? { leases: { settled: async () => undefined }, neighbours: { ask: async () => undefined } } : undefined,
    source: { record: ({ mac, type, machine }: WireEvent) => void story.push(`${type} of ${machine?.mac ?? mac}`) },
    together: (work) => {
      const before = story.length;
      const result = work();
      transactions += 1;
      if (!failing) return result;
      story.length = before;
      throw new Error("disk is full");
    },
    show: () => undefined,
    log: silentLog,
  });
  t.after(() => turns.close());
  const socket = {
    send: (bytes: Uint8Array) => {
      const answer = decode(bytes);
      story.push(`${messageType(answer) === MessageType.ack ? "ACK" : "OFFER"} to ${answer.mac}`);
    },
  } as unknown as Socket;
  const from = { address: "127.0.0.1", port: 67 };
  const say = (mac: string, type: number, more: [number, Uint8Array][] = []) =>
    turns.take({
      bytes: encode(message("uefi-pxe-discover", { mac, type, set: more })),
      from,
      socket,
      decide: (request) => (mode === "full" ? decideFull(request, network, plan, from) : decideBootServer(request, identity, plan, from)),
    });
  return {
    story,
    say,
    transactions: () => transactions,
    fail: (on: boolean) => {
      failing = on;
    },
  };
}

const address = (n: number): [number, Uint8Array][] => [[Option.requestedAddress, ipBytes(`10.0.0.${n + 10}`)]];
const acks = (story: readonly string[]) => story.filter((line) => line.startsWith("ACK")).length;

test("a hundred machines that boot at once get their OFFERs before anything is written", async (t) => {
  const { say, story } = desk(t);
  for (let n = 0; n < 100; n++) say(macOf(n), MessageType.discover);
  assert.equal(story.filter((line) => line.startsWith("OFFER")).length, 100);
  assert.equal(story.length, 100);
  await until("the events are stored", () => story.length === 200);
});

test("the events of a machine are stored before its ACK, the earlier DISCOVER included", async (t) => {
  const { say, story } = desk(t);
  const mac = macOf(1);
  say(mac, MessageType.discover);
  say(mac, MessageType.request, address(0));
  await until("the machine has its address", () => acks(story) === 1);
  assert.deepEqual(story, [`OFFER to ${mac}`, `dhcp.discover of ${mac}`, `dhcp.request of ${mac}`, `ACK to ${mac}`]);
});

test("the boot server of a proxy also stores the events before its ACK", async (t) => {
  const { say, story } = desk(t, "proxy");
  const mac = macOf(1);
  say(mac, MessageType.request, [[Option.serverIdentifier, ipBytes(identity.address)]]);
  await until("the machine has its answer", () => acks(story) === 1);
  assert.deepEqual(story, [`dhcp.request of ${mac}`, `ACK to ${mac}`]);
});

test("events that cannot be stored hold back their ACKs, and the machine that asks again is served", async (t) => {
  const { say, story, transactions, fail } = desk(t);
  const mac = macOf(1);
  fail(true);
  say(mac, MessageType.request, address(0));
  await until("the write has failed", () => transactions() > 0);
  fail(false);
  assert.deepEqual(story, []);
  say(mac, MessageType.request, address(0));
  await until("the machine has its address", () => acks(story) === 1);
});

test("however many machines ask for their ACK, a transaction is short, so that no DISCOVER waits long", async (t) => {
  const { say, story, transactions } = desk(t);
  let now = 0;
  t.mock.method(performance, "now", () => (now += 1));
  for (let n = 0; n < 60; n++) say(macOf(n), MessageType.request, address(n));
  await until("every machine has its address", () => acks(story) === 60);
  assert.ok(transactions() >= 6, `${transactions()} transactions`);
});
