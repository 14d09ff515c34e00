import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry, Witnessed } from "../../../../scripts/e2e/soak/journal.ts";
import { type Evidence, judge } from "../../../../scripts/e2e/soak/judge.ts";

const MAC = "02:4d:53:00:00:01";
const NOON = Date.UTC(2026, 0, 1, 12);

const saw = (step: Witnessed["step"], at: number, word = ""): Witnessed => ({
  kind: "witnessed",
  mac: MAC,
  boot: 1,
  step,
  word,
  from: NOON + at - 10,
  to: NOON + at,
});
const wrote = (seq: number, type: string, at: number) => ({ seq, type, at: new Date(NOON + at).toISOString() });

const judged = (journal: Entry[], timeline: ReturnType<typeof wrote>[], more: Partial<Evidence> = {}) =>
  judge({ journal, timelines: new Map([[MAC, timeline]]), armed: new Map(), configured: new Map(), kills: [], ...more });

const boot = [saw("discover", 100), saw("request", 200), saw("loader", 300), saw("script", 400, "local")];
const written = [
  wrote(1, "dhcp.discover", 130),
  wrote(2, "dhcp.request", 198),
  wrote(3, "tftp.complete", 305),
  wrote(4, "boot.local", 399),
];

test("a boot whose every step is in the timeline, in order and in time, is complete", () => {
  const verdict = judged(boot, written);
  assert.deepEqual([verdict.missing, verdict.disordered, verdict.timelinesIncomplete], [0, 0, 0]);
});

test("a step the timeline lacks makes it incomplete, and is named", () => {
  const verdict = judged(
    boot,
    written.filter(({ type }) => type !== "dhcp.request"),
  );
  assert.deepEqual([verdict.missing, verdict.timelinesIncomplete], [1, 1]);
  assert.match(verdict.problems[0] ?? "", /no dhcp\.request for what it saw at 12:00:00\.200/);
});

test("an event of a later boot does not stand for a missing one", () => {
  const verdict = judged(boot, [...written.slice(0, 3), wrote(9, "boot.local", 60_000)]);
  assert.equal(verdict.missing, 1);
});

test("one event does not stand for two steps", () => {
  const verdict = judged([saw("request", 200), saw("request", 201)], [wrote(1, "dhcp.request", 199)]);
  assert.equal(verdict.missing, 1);
});

test("an event behind the step that followed it is out of order", () => {
  const verdict = judged(boot, [wrote(2, "dhcp.discover", 190), wrote(1, "dhcp.request", 195), ...written.slice(2)]);
  assert.deepEqual([verdict.missing, verdict.disordered, verdict.timelinesIncomplete], [0, 1, 1]);
});

test("a kill excuses what is written after its answer, and nothing else", () => {
  const kills = [NOON + 250];
  assert.equal(judged(boot, [written[1]!, written[2]!, written[3]!], { kills }).lostToKills, 1);
  assert.equal(judged(boot, [written[0]!, written[2]!, written[3]!], { kills }).missing, 1);
  assert.equal(judged(boot, [written[1]!, written[2]!, written[3]!], { kills: [NOON + 60_000] }).missing, 1);
});

test("a disk that is written a second time for one arming is a reinstall; a retry before the disk is none", () => {
  const given = (at: number) => saw("script", at, "install");
  const disk = (at: number) => saw("stage", at, "partition");
  const armed = new Map([[MAC, 1]]);
  const reinstalls = (journal: Entry[], arming = armed) => judged(journal, [], { armed: arming }).reinstalls;
  assert.equal(reinstalls([given(1), disk(2)]), 0);
  assert.equal(reinstalls([given(1), given(2), disk(3)]), 0);
  assert.equal(reinstalls([given(1), given(2), given(3)]), 1);
  assert.equal(reinstalls([given(1), disk(2), given(3)]), 1);
  assert.equal(reinstalls([given(1), disk(2), given(3), disk(4)]), 1);
  assert.equal(reinstalls([given(1)], new Map()), 1);
  assert.equal(reinstalls([saw("script", 1, "local")], new Map()), 0);
});

test("a machine configured more often than it was armed is counted", () => {
  const counted = (runs: number) => judged([], [], { armed: new Map([[MAC, 1]]), configured: new Map([[MAC, runs]]) }).reconfigured;
  assert.deepEqual([counted(1), counted(2)], [0, 1]);
});
