/** Who the members are, by their keys. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Key } from "../../../daemon/contract/admin/key.ts";
import { endAfter, keysRefusal, membersOf } from "../../../web/src/admin/members.ts";

const key = (name: string, owner: string, role: Key["role"], lastUsedAt?: string): Key => ({
  id: name,
  name,
  owner,
  role,
  createdAt: "2026-01-01T00:00:00.000Z",
  ...(lastUsedAt && { lastUsedAt }),
});

test("a member is whoever keys belong to: their roles, the strongest first, and when any key was used last", () => {
  const members = membersOf([
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

test("a key ends so many days from the daemon's now, or never", () => {
  assert.equal(endAfter(30, Date.parse("2026-01-01T00:00:00.000Z")), "2026-01-31T00:00:00.000Z");
  assert.equal(endAfter(undefined, 0), undefined);
});

test("only admins see keys, and the others are told so", () => {
  assert.equal(keysRefusal("admin"), undefined);
  assert.match(keysRefusal("operator") ?? "", /role is operator; .* admin/);
});
