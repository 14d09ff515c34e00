/** Times, sections, facts, timelines and addresses as the page shows them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../../daemon/contract/event.ts";
import type { Node, NodeState } from "../../../daemon/contract/machines/node.ts";
import { backoffMs } from "../../../web/src/live/backoff.ts";
import { countsOf, matches, sectionsOf } from "../../../web/src/machines/fleet/sections.ts";
import { factsOf } from "../../../web/src/machines/node/facts.ts";
import { installProgress, phaseNote } from "../../../web/src/machines/node/phase-note.ts";
import { entriesOf } from "../../../web/src/machines/node/timeline.ts";
import { eventTone } from "../../../web/src/parts/event-tone.ts";
import { jobHref, nodeHref, parseRoute } from "../../../web/src/parts/route.ts";
import { durationText, relativeTime } from "../../../web/src/parts/time/relative-time.ts";

const at = "2026-01-02T12:00:00.000Z";
const node = (name: string, state: NodeState = { phase: "discovered" }, more: Partial<Node> = {}): Node => ({
  id: name,
  name,
  macs: ["52:54:00:12:34:56"],
  state,
  facts: {},
  createdAt: at,
  updatedAt: at,
  ...more,
});

test("a time is shown in one unit, past and future", () => {
  const now = Date.parse(at);
  const told = [400, 12_000, 59_900, 61_000, 7_300_000, 200_000_000, -90_000].map((past) =>
    relativeTime(new Date(now - past).toISOString(), now),
  );
  assert.deepEqual(told, ["just now", "12 s ago", "59 s ago", "1 min ago", "2 h ago", "2 d ago", "in 1 min"]);
});

test("a duration never goes below nothing, whatever the clocks say", () => {
  const now = Date.parse(at);
  assert.deepEqual(
    [-5000, 0, 47_000, 247_000, 3_720_000].map((ms) => durationText(at, now + ms)),
    ["0 s", "0 s", "47 s", "4 min 07 s", "1 h 02 min"],
  );
});

test("machines that need attention come first, and names are sorted naturally", () => {
  const fleet = [
    node("n10", { phase: "ready", since: at }),
    node("n9", { phase: "ready", since: at }),
    node("new"),
    node("broken", { phase: "install-failed", reason: "no disk", at }),
  ];
  assert.deepEqual(
    sectionsOf(fleet).map(({ group, nodes }) => [group, nodes.map(({ name }) => name)]),
    [
      ["needs attention", ["broken", "new"]],
      ["available", ["n9", "n10"]],
    ],
  );
  assert.deepEqual(countsOf(fleet), [
    { phase: "install-failed", count: 1 },
    { phase: "discovered", count: 1 },
    { phase: "ready", count: 2 },
  ]);
});

test("the filter finds by any name a machine goes by", () => {
  const wanted = node("rack1", { phase: "accepted" }, { address: "10.0.0.7", facts: { serial: "4XJ2K" } });
  for (const text of ["", "ACK1", "12:34", " 10.0.0.7 ", "4xj"]) assert.ok(matches(wanted, text, undefined), text);
  assert.ok(!matches(wanted, "rack2", undefined));
  assert.ok(!matches(wanted, "", "ready"));
});

test("an arming shows when it lapses, an install how far it is", () => {
  assert.equal(phaseNote({ phase: "armed", profile: "image", until: at })?.at, at);
  const installing = { phase: "installing", profile: "image", startedAt: at, deadline: at, attempts: 2, keyHash: "hash" } as const;
  assert.equal(installProgress(installing), 0);
  assert.equal(installProgress({ ...installing, stage: "base" }), 3);
  assert.match(phaseNote({ ...installing, stage: "base" })?.text ?? "", /base system, attempt 2/);
  assert.equal(installProgress({ phase: "ready", since: at }), undefined);
});

test("unknown facts are left out", () => {
  assert.deepEqual(
    factsOf(node("bare")).map(({ label }) => label),
    ["MAC"],
  );
  const full = factsOf(
    node("full", undefined, { facts: { cpus: 4, memoryMb: 8192, disks: [{ name: "sda", sizeGb: 500, rotational: true }] } }),
  );
  assert.deepEqual(
    full.map(({ text }) => text),
    ["52:54:00:12:34:56", "4 × processor", "8 GB", "500 GB, HDD"],
  );
});

test("a machine whose place is claimed by another shows that first", () => {
  const claims = [{ id: "1a2b3c4d", reason: "it calls itself n1", at: "2026-01-01T00:00:00.000Z" }];
  const [first] = factsOf(node("n1", undefined, { claims }));
  assert.deepEqual(first, { label: "Quarantined", text: "another machine, because it calls itself n1 (muster quarantine 1a2b3c4d)" });
});

test("a machine with an old processor shows its Debian release, and each disk and card has its details", () => {
  const nics = [{ name: "eth0", mac: "52:54:00:12:34:56", driver: "e1000" }];
  const disks = [{ name: "sda", sizeGb: 80, rotational: true, model: "WDC", serial: "W1" }];
  const told = factsOf(node("old", undefined, { facts: { cpuArch: "i686", firmware: "uefi", firmwareBits: 32, nics, disks } }));
  assert.deepEqual(
    told.slice(1).map(({ label, text }) => `${label}: ${text}`),
    [
      "Instruction set: i686",
      "Debian: 12 i386 at most: this CPU is 32-bit; Debian 13 has no installer and no kernel for it",
      "Disk sda: 80 GB, HDD, WDC, W1",
      "Card eth0: 52:54:00:12:34:56, e1000",
      "Firmware: UEFI, 32-bit",
    ],
  );
});

test("a machine that repeats itself takes one line, newest first", () => {
  const event = (seq: number, summary: string): Event => ({ seq, at, source: "netboot", type: "boot.wait", summary });
  const entries = entriesOf([event(1, "waits"), event(2, "waits"), event(3, "boots"), event(4, "waits")]);
  assert.deepEqual(
    entries.map(({ event: { seq }, times }) => [seq, times]),
    [
      [4, 1],
      [3, 1],
      [2, 2],
    ],
  );
  assert.equal(eventTone({ type: "install.failed" }), "bad");
  assert.equal(eventTone({ type: "job.succeeded" }), "good");
});

test("addresses survive the way there and back, and odd ones are lost, not broken", () => {
  assert.deepEqual(parseRoute(""), { page: "fleet" });
  assert.deepEqual(parseRoute("#/jobs"), { page: "jobs" });
  assert.deepEqual(parseRoute(nodeHref("a/b %")), { page: "node", name: "a/b %" });
  assert.deepEqual(parseRoute(jobHref("n1-20260101-ab12")), { page: "job", id: "n1-20260101-ab12" });
  for (const hash of ["#/nodes", "#/nodes/", "#/nodes/%E0%A4%A", "#/nodes/a/b", "#/else"])
    assert.equal(parseRoute(hash).page, "lost", hash);
});

test("waits grow to ten seconds and are scattered", () => {
  assert.deepEqual([backoffMs(0, 0), backoffMs(0, 0.999), backoffMs(3, 0), backoffMs(500, 0.999)], [250, 500, 2000, 9995]);
});
