/** Divides the time of an installation into steps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { momentInLog, momentOf, powerOn, spans, table } from "../../../scripts/e2e/moments.ts";

const startedAt = Date.parse("2026-01-01T00:00:00.000Z");
const event = (type: string, at: string) => ({ seq: 1, at, source: "netboot", type, summary: "" }) as const;

test("an event of the daemon is a moment as many seconds after power-on as its own clock says", () => {
  assert.equal(momentOf(event("install.base", "2026-01-01T00:01:30.500Z"), startedAt)?.at, 90.5);
  assert.equal(momentOf(event("dhcp.request", "2026-01-01T00:01:30.500Z"), startedAt), undefined);
});

test("the installer's log names the entries of its menu", () => {
  const line = "Nov 21 08:09:20 main-menu[336]: INFO: Menu item 'network-preseed' selected";
  assert.equal(momentInLog(line, 12)?.doing, "answers fetched and applied");
  assert.equal(momentInLog("Nov 21 08:09:20 main-menu[336]: (process:604): udhcpc: started", 12), undefined);
});

test("each span lasts until the next moment, whatever order they were seen in, and all together until the end", () => {
  const late = { name: "b", doing: "second", at: 30 };
  const early = { name: "a", doing: "first", at: 10 };
  const found = spans([powerOn, late, early], 100);
  assert.deepEqual(
    found.map(({ doing, seconds }) => [doing, seconds]),
    [
      ["firmware and iPXE", 10],
      ["first", 20],
      ["second", 70],
    ],
  );
  assert.match(table(found), /100\.0 +from power-on to ready/);
});
