/** Texts for alerts on the page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AlertRule } from "../../../daemon/contract/admin/alert.ts";
import { alertWords, deliveryWords, isFiring, nodesIn } from "../../../web/src/admin/alert-words.ts";

test("every rule has a title and says what to do", () => {
  for (const rule of AlertRule.options) assert.ok(alertWords[rule].title && alertWords[rule].fix.length > 40, rule);
});

test("an alert is firing for one hour", () => {
  const now = Date.parse("2026-01-02T04:00:00.000Z");
  assert.ok(isFiring({ at: "2026-01-02T03:00:01.000Z" }, now));
  assert.ok(!isFiring({ at: "2026-01-02T03:00:00.000Z" }, now));
});

test("machines are found in its sentence by their whole names", () => {
  const nodes = [{ name: "n1" }, { name: "n10" }, { name: "rack1-n1" }];
  assert.deepEqual(nodesIn({ summary: "node failures: 2 within 15 min (n10: no disk; rack1-n1: it hangs)" }, nodes), ["n10", "rack1-n1"]);
});

test("the delivery of an alert is described in words", () => {
  assert.match(deliveryWords({ delivery: "none" }), /no webhook/);
  assert.match(deliveryWords({ delivery: "waiting", error: "it answered 500" }), /retrying: it answered 500/);
  assert.match(deliveryWords({ delivery: "given-up" }), /not delivered/);
});
