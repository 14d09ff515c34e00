/** The kept output of a step, and the absence of secrets in every form and at every cut. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MASK, masked, maskedText } from "../../../../daemon/executor/steps/masking.ts";
import { Keeper } from "../../../../daemon/executor/steps/output.ts";

const SECRET = "canary-7f3a/é+secret";

test("a secret is gone as it is, and as URLs, JSON, base64 and hexadecimal write it", () => {
  const written = [
    SECRET,
    encodeURIComponent(SECRET),
    JSON.stringify({ token: SECRET }),
    Buffer.from(SECRET).toString("base64"),
    Buffer.from(SECRET).toString("hex"),
  ];
  for (const text of written) {
    const left = maskedText(`before ${text} after`, [SECRET]);
    assert.ok(left.includes(MASK), text);
    assert.ok(left.startsWith("before ") && left.endsWith(" after"), left);
    assert.ok(!left.includes("canary") && !left.includes(written[3]?.slice(0, 12) ?? ""), left);
  }
});

test("each line of a key of several lines is a secret", () => {
  const left = maskedText("it said: line-two-of-key", ["-----BEGIN-----\nline-two-of-key\n"]);
  assert.equal(left, `it said: ${MASK}`);
});

test("a secret in any two pieces, and cut by the cap anywhere, does not come through", () => {
  fc.assert(
    fc.property(fc.nat(60), fc.nat(60), fc.integer({ min: 1, max: 19 }), fc.integer({ min: 8, max: 90 }), (before, after, split, cap) => {
      const keeper = new Keeper(cap);
      const plain = "0123456789abcdefghij";
      const text = Buffer.from(`${".".repeat(before)}${plain}${",".repeat(after)}`);
      keeper.take(text.subarray(0, before + split));
      keeper.take(text.subarray(before + split));
      const left = masked(keeper.said(), [plain]).replace(/\[\d+ bytes left out\]/, "");
      assert.ok(!/[0-9a-j]/.test(left), left);
    }),
  );
});

test("the beginning and the end stay, and how much is left out is said", () => {
  const keeper = new Keeper(10);
  for (const piece of ["abc", "defgh", "ijklmnop", "qrs", "tuvwxyz"]) keeper.take(Buffer.from(piece));
  assert.equal(masked(keeper.said(), []), "abcde\n[16 bytes left out]\nvwxyz");
});

test("what is within the cap stays whole", () => {
  const keeper = new Keeper(10);
  for (const piece of ["abc", "defgh", "ij"]) keeper.take(Buffer.from(piece));
  assert.equal(masked(keeper.said(), []), "abcdefghij");
});
