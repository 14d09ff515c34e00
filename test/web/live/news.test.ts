/** The selection of news, and the lifetime of toasts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServerFrame } from "../../../daemon/contract/frame.ts";
import { isBy, type News, noNews, opened, takeNews } from "../../../web/src/live/news.ts";
import { aged, cleared, dismissed, noToasts, taken } from "../../../web/src/shell/toasts.ts";

const at = "2026-01-02T03:04:05.000Z";
const frame = (seq: number, type: string, summary: string): Extract<ServerFrame, { type: "event" }> => ({
  type: "event",
  seq,
  event: { seq, at, source: "control", type, summary },
});
const after = (news: News, ...frames: [seq: number, type: string, summary: string][]) =>
  frames.reduce((was, each) => takeNews(was, frame(...each), "alice"), news);
const texts = ({ items }: News) => items.map(({ text }) => text);

test("actions of other people are news, own actions and events of machines are not", () => {
  const news = after(
    opened(noNews, 10, false),
    [11, "node.accepted", "accepted by bob"],
    [12, "node.armed", "armed by alice: its next network boot installs it by image, once"],
    [13, "dhcp.ack", "it got 10.0.0.7"],
    [14, "job.queued", "site.yml queued by bob"],
    [15, "job.succeeded", "all is done"],
    [16, "job.task.ok", "common: Clock by bob"],
    [17, "approval.answered", "alice said yes; it is approved"],
    [18, "key.created", "the key laptop (operator) was created by bob"],
    [19, "node.unplaced", "removed from its rack by bob"],
    [20, "alert.raised", "node failures: 3 within 15 min"],
  );
  assert.deepEqual(texts(news), [
    "node failures: 3 within 15 min",
    "removed from its rack by bob",
    "the key laptop (operator) was created by bob",
    "all is done",
    "site.yml queued by bob",
    "accepted by bob",
  ]);
});

test("a name is distinguished from a longer name with the same beginning", () => {
  assert.ok(isBy("accepted by al", "al"));
  assert.ok(isBy("accepted by al as n7", "al"));
  assert.ok(isBy("cancelled by al before it began", "al"));
  assert.ok(!isBy("accepted by alice", "al"));
  assert.ok(isBy("made by bobby, asked by bob", "bob"));
});

test("missed news are summarised in one sentence and listed", () => {
  const before = after(opened(noNews, 0, false), [1, "node.accepted", "accepted by bob"]);
  const news = after(opened(before, 4, true), [2, "node.retired", "retired by bob"], [3, "dhcp.ack", "x"], [4, "job.failed", "no disk"]);
  assert.deepEqual(texts(news), ["2 things happened while the page was disconnected.", "no disk", "retired by bob", "accepted by bob"]);
  const toasts = taken(taken(noToasts, before.items), news.items);
  assert.deepEqual(
    toasts.shown.map(({ item }) => item.text),
    ["accepted by bob", "2 things happened while the page was disconnected."],
  );
  assert.equal(after(news, [5, "dhcp.ack", "x"]), news, "reported once");
});

test("a page that was just opened has missed nothing", () => {
  const news = after(opened(noNews, 2, false), [1, "node.accepted", "accepted by bob"], [2, "node.accepted", "accepted by bob"]);
  assert.deepEqual(taken(noToasts, news.items).shown, []);
});

test("three toasts are visible, the others are counted, and each disappears by itself or with a click", () => {
  const news = after(
    opened(noNews, 0, false),
    ...Array.from({ length: 15 }, (_, index): [number, string, string] => [index + 1, "job.succeeded", `job ${index + 1}`]),
  );
  const toasts = taken(noToasts, news.items);
  assert.deepEqual(
    toasts.shown.map(({ item }) => item.text),
    ["job 13", "job 14", "job 15"],
  );
  assert.equal(toasts.more, 12);
  assert.equal(taken(toasts, news.items), toasts, "no duplicates");
  assert.deepEqual(
    dismissed(toasts, 14).shown.map(({ item }) => item.seq),
    [13, 15],
  );
  assert.equal(dismissed(toasts, 14).more, 12);
  const later = Array.from({ length: 8 }).reduce<typeof toasts>((was) => aged(was), toasts);
  assert.deepEqual([later.shown, later.more, later.upTo], [[], 0, 15]);
  assert.deepEqual(cleared(toasts), later);
});
