/** The time that boot HTTP sends, and the time server that full mode names. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { timeAnswer } from "../../../../daemon/netboot/answers/time.ts";
import { servesTime } from "../../../../daemon/netboot/dhcp/time-server.ts";
import { bootBench } from "../../../support/netboot/boot-bench.ts";

test("any machine may ask for the time, in every mode, and gets the seconds since 1970", () => {
  for (const mode of ["full", "proxy", "off"] as const) {
    const { status, body } = bootBench(mode).ask("/time");
    assert.equal(status, 200);
    assert.match(body, /^\d{10}\n$/);
  }
  assert.equal(timeAnswer(Date.UTC(2027, 0, 1)).body, "1798761600\n");
});

test("a control node whose own clock was never set sends no time", () => {
  for (const year of [1970, 2005]) assert.equal(timeAnswer(Date.UTC(year, 0, 1)).status, 409);
});

test("a time server on the control node is found by its port, on our address or on all addresses", () => {
  const table = (at: string) => `  sl  local_address rem_address   st\n  120: ${at} 00000000:0000 07 00000000:00000000\n`;
  assert.equal(servesTime("10.77.0.1", table("00000000:007B")), true);
  assert.equal(servesTime("10.77.0.1", table("01004D0A:007B")), true);
  assert.equal(servesTime("10.77.0.1", table("0100007F:007B")), false, "only for the control node itself");
  assert.equal(servesTime("10.77.0.1", table("00000000:0043")), false);
});
