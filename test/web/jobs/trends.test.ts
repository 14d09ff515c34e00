/** The data of the plots, and the search of the palette. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../../daemon/contract/event.ts";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { bootsByHour, jobLengths, waysToReady } from "../../../web/src/jobs/trends.ts";
import { exactTime } from "../../../web/src/parts/time/relative-time.ts";
import { findEntries } from "../../../web/src/shell/palette-search.ts";

const begin = Date.parse("2026-01-02T12:00:00.000Z");
const instant = (minutes: number) => new Date(begin + minutes * 60_000).toISOString();
let seq = 0;
const event = (minutes: number, type: string, nodeId = "n1"): Event => {
  seq += 1;
  return { seq, at: instant(minutes), source: "control", type, summary: type, nodeId };
};
const job = (id: string, began: number, minutes: number, status: Job["status"] = "succeeded"): Job => ({
  id,
  kind: "ansible",
  playbook: "site.yml",
  nodeId: "n1",
  nodeName: "rack1-n1",
  status,
  attempt: 1,
  requestedBy: "somebody",
  createdAt: instant(began),
  startedAt: instant(began),
  endedAt: instant(began + minutes),
});
const node = (name: string, more: Partial<Node> = {}): Node => ({
  id: `id-${name}`,
  name,
  macs: ["52:54:00:12:34:56"],
  state: { phase: "accepted" },
  facts: {},
  createdAt: instant(0),
  updatedAt: instant(0),
  ...more,
});

test("the time to ready is split into minutes of installation and of configuration", () => {
  const way = (id: string, offset: number) => [
    event(offset, "install.handed-out", id),
    event(offset + 10, "node.called-home", id),
    event(offset + 12, "node.configuring", id),
    event(offset + 15, "node.ready", id),
  ];
  const { columns, summary } = waysToReady([...way("a", 0), ...way("b", 100)]);
  assert.deepEqual(columns, [[15, 115].map((minutes) => begin / 1000 + minutes * 60), [12, 12], [3, 3]]);
  assert.match(summary, /2 machines became ready. The median installation took 12 min 00 s, the median configuration 3 min 00 s/);
});

test("boots and failures are counted per hour, including empty hours", () => {
  const { columns } = bootsByHour([
    event(1, "boot.wait"),
    event(2, "boot.local"),
    event(3, "install.failed"),
    event(150, "install.handed-out"),
  ]);
  assert.deepEqual(columns.slice(1), [
    [2, 0, 1],
    [1, 0, 0],
  ]);
});

test("a clock that was wrong does not cause a year of empty hours", () => {
  const { columns } = bootsByHour([event(-60 * 24 * 365, "boot.wait"), event(0, "boot.wait")]);
  assert.ok(columns[0].length < 1000);
});

test("failed jobs are a series of their own, and running jobs are left out", () => {
  const { endedAt: _, ...running } = job("c", 9, 0, "running");
  const { columns, summary } = jobLengths([job("b", 5, 4, "failed"), job("a", 0, 2), running]);
  assert.deepEqual(columns.slice(1), [
    [2, null],
    [null, 4],
  ]);
  assert.match(summary, /1 of 2 jobs succeeded. The median took 3 min 00 s/);
});

test("without data the summary states that", () => {
  assert.deepEqual(
    [waysToReady([]), bootsByHour([]), jobLengths([])].map(({ columns }) => columns[0]),
    [[], [], []],
  );
});

test("the palette ranks names above details", () => {
  const nodes = [node("rack1-n2", { address: "10.0.0.9" }), node("n2"), node("other", { facts: { serial: "N2-SERIAL" } })];
  const titles = (text: string) => findEntries(text, nodes, [job("n2-job", 0, 1)]).map(({ title }) => title);
  assert.deepEqual(titles("N2").slice(0, 3), ["n2", "rack1-n2", "other"]);
  assert.deepEqual(titles("10.0.0.9"), ["rack1-n2"]);
  assert.deepEqual(titles("nothing like it"), []);
  assert.equal(titles("")[0], "Fleet");
  assert.equal(findEntries("n2-job", [], [job("n2-job", 0, 1)])[0]?.href, "#/jobs/n2-job");
});

test("an exact time has its zone and the stored instant", () => {
  assert.match(exactTime(instant(0)), /2026.* \S+ = 2026-01-02T12:00:00\.000Z$/);
});
