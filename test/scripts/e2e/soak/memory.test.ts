import assert from "node:assert/strict";
import { test } from "node:test";
import { childPid, growthOf, lastOfEachLife, residentMb, type Sample, slope } from "../../../../scripts/e2e/soak/memory.ts";

const sample = (at: number, mb: number, pid = 1): Sample => ({ process: "netboot", pid, at, mb });
const MINUTE = 60_000;

test("the line through points that lie on one has its slope", () => {
  assert.equal(
    slope([
      { x: 0, y: 5 },
      { x: 1, y: 7 },
      { x: 4, y: 13 },
    ]),
    2,
  );
  assert.equal(slope([{ x: 3, y: 9 }]), 0);
});

test("growth is given by the hour and for the observed time, without the warm-up", () => {
  const warming = Array.from({ length: 10 }, (_, minute) => sample(minute * MINUTE, minute * 20));
  const steady = Array.from({ length: 31 }, (_, minute) => sample((10 + minute) * MINUTE, 200 + minute * 0.1));
  const growth = growthOf([...warming, ...steady], 10 * MINUTE);
  assert.deepEqual([Math.round(growth.perHour), Math.round(growth.riseMb), growth.lastMb], [6, 3, 203]);
});

test("of lives that end by a kill, the last sample of each counts; the first and the last life do not", () => {
  const lives = [sample(1, 90, 11), sample(2, 100, 11), sample(3, 70, 12), sample(4, 110, 12), sample(5, 111, 13), sample(6, 60, 14)];
  assert.deepEqual(
    lastOfEachLife(lives).map(({ mb }) => mb),
    [110, 111],
  );
});

test("a process that is not there has neither a number nor memory", () => {
  assert.equal(childPid("/no/such/data", "netboot"), undefined);
  assert.equal(residentMb(2 ** 30), undefined);
  assert.ok((residentMb(process.pid) ?? 0) > 10);
});
