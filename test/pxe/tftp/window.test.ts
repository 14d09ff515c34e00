/** The rules of sending, without a socket. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Pace } from "../../../pxe/tftp/pace.ts";
import { SlidingWindow, wireNumber } from "../../../pxe/tftp/window.ts";

function windowAt(block: number, rollover: 0 | 1 = 0): SlidingWindow {
  const window = new SlidingWindow({ awaitsOackAck: false, rollover });
  for (let number = 1; number <= block; number++) {
    window.advance();
    window.hear(wireNumber(number, rollover));
  }
  return window;
}

test("after block 65535 comes 0, or 1 where a machine wants that", () => {
  assert.deepEqual(
    [65_534, 65_535, 65_536, 65_537, 131_072].map((block) => wireNumber(block, 0)),
    [65_534, 65_535, 0, 1, 0],
  );
  assert.deepEqual(
    [65_534, 65_535, 65_536, 65_537, 131_071].map((block) => wireNumber(block, 1)),
    [65_534, 65_535, 1, 2, 1],
  );
});

for (const rollover of [0, 1] as const) {
  test(`an ACK is understood across the rollover to ${rollover}`, () => {
    const window = windowAt(65_533, rollover);
    for (let sent = 0; sent < 6; sent++) window.advance();
    assert.equal(window.hear(wireNumber(65_536, rollover)), "part");
    assert.equal(window.acked, 65_536);
    assert.equal(window.hear(65_535), "stray");
    assert.equal(window.hear(wireNumber(65_539, rollover)), "all");
  });
}

test("before the ACK of the OACK nothing else is heard", () => {
  const window = new SlidingWindow({ awaitsOackAck: true, rollover: 0 });
  assert.equal(window.hear(1), "stray");
  assert.equal(window.hear(0), "all");
  assert.equal(window.hear(0), "again");
});

test("whatever is heard, nothing counts as arrived that was not sent, and nothing is forgotten", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant("send" as const), fc.constant("rewind" as const), fc.nat(65_535)), { maxLength: 200 }),
      (steps) => {
        const window = windowAt(0);
        let [acked, highest] = [0, 0];
        for (const step of steps) {
          if (step === "send") {
            window.advance();
            highest = Math.max(highest, window.sent);
          } else if (step === "rewind") window.rewind();
          else window.hear(step % 40);
          assert(window.acked >= acked && window.acked <= window.sent && window.sent <= highest);
          acked = window.acked;
        }
      },
    ),
  );
});

test("the wait follows the round trip and doubles with every timeout", () => {
  const pace = new Pace();
  assert.equal(pace.waitMs(0), 1000);
  for (let n = 0; n < 50; n++) pace.measured(200);
  assert(pace.waitMs(0) >= 200 && pace.waitMs(0) < 260);
  assert.equal(pace.waitMs(2), 4 * pace.waitMs(0));
  assert.equal(pace.waitMs(20), 8000);
  for (let n = 0; n < 50; n++) pace.measured(0.2);
  assert.equal(pace.waitMs(0), 100);
});

test("a wait the client asked for is that wait", () => {
  const pace = new Pace(255_000);
  pace.measured(1);
  assert.deepEqual(
    [0, 1, 5].map((tries) => pace.waitMs(tries)),
    [255_000, 255_000, 255_000],
  );
});
