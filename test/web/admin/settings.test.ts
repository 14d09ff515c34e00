/** Members are derived from the owners of keys. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Key } from "../../../daemon/contract/admin/key.ts";
import { endAfter, keyOwnersOf, keysRefusal } from "../../../web/src/admin/members.ts";

const key = (name: string, owner: string, role: Key["role"], lastUsedAt?: string): Key => ({
  id: name,
  name,
  owner,
  role,
  createdAt: "2026-01-01T00:00:00.000Z",
  ...(lastUsedAt && { lastUsedAt }),
});

test("a member owns keys: the strongest role comes first, and the last use of any key counts", () => {
  const members = keyOwnersOf([
    key("ci", "bob", "agent"),
    key("laptop", "alice", "viewer", "2026-01-02T00:00:00.000Z"),
    key("phone", "alice", "admin", "2026-01-03T00:00:00.000Z"),
  ]);
  assert.deepEqual(
    members.map(({ owner, roles, seenAt, keys }) => [owner, roles, seenAt, keys.length]),
    [
      ["alice", ["admin", "viewer"], "2026-01-03T00:00:00.000Z", 2],
      ["bob", ["agent"], undefined, 1],
    ],
  );
});

test("a key expires a number of days after the daemon's time, or never", () => {
  assert.equal(endAfter(30, Date.parse("2026-01-01T00:00:00.000Z")), "2026-01-31T00:00:00.000Z");
  assert.equal(endAfter(undefined, 0), undefined);
});

test("only admins see keys, and other roles get the reason", () => {
  assert.equal(keysRefusal("admin"), undefined);
  assert.match(keysRefusal("operator") ?? "", /role is operator. .* admin/);
});
