/** Names of people hold no characters that a reader does not see, and two names that look the same are one person. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyName } from "../../../daemon/contract/admin/key.ts";
import { hasAsked, samePerson } from "../../../daemon/contract/changes/person.ts";
import { serve } from "../../support/dhcp/served.ts";

const codes = [
  0x200b, 0xad, 0x2060, 0x202e, 0x2028, 0x2029, 0xfeff, 0x34f, 0x115f, 0x3164, 0xffa0, 0x2800, 0xfe0f, 0xe0041, 0x378, 0xe000, 7,
];
const hidden = codes.map((code) => [`U+${code.toString(16).toUpperCase().padStart(4, "0")}`, String.fromCodePoint(code)] as const);

for (const [what, letter] of hidden) {
  test(`a name with ${what} is refused, and compares equal to the name without it`, () => {
    for (const name of [`bob${letter}`, `${letter}bob`, `bo${letter}b`]) {
      assert(!KeyName.safeParse(name).success, "the name is accepted");
      assert(samePerson(name, "bob") && samePerson("Bob", name), "the names are two people");
      assert(hasAsked(name, { requestedBy: "bob" }) && hasAsked("bob", { requestedBy: "eve", onBehalfOf: name }));
    }
  });
}

test("a name that mixes letters of scripts that look alike is refused", () => {
  for (const name of ["b\u043eb", "\u0391nna", "e\u03bdE \u0441arol"]) assert(!KeyName.safeParse(name).success, name);
});

test("names of people in any language are accepted", () => {
  for (const name of [
    "bob",
    "José Núñez",
    "Иван Петров",
    "Ελένη",
    "李小龍",
    "O'Brien-Smith (ops)",
    "jürgen@example.org",
    "मीरा",
    "محمد",
    "e\u0301ve",
  ])
    assert(KeyName.safeParse(name).success, name);
  for (const name of ["", " ", "\t"]) assert(!KeyName.safeParse(name).success, JSON.stringify(name));
  assert(!samePerson("bob", "rob"));
});

test("the API refuses an owner and a represented person with an invisible character", async (t) => {
  const { world, request, key } = await serve(t);
  const made = await request("/api/keys", {
    method: "POST",
    body: JSON.stringify({ name: "laptop", role: "operator", owner: "bob\u200b" }),
    key: key("admin"),
  });
  assert.equal(made.status, 400);
  assert.match(made.text, /owner: .*not visible/);
  const asked = await request("/api/nodes", { key: key("agent"), headers: { "x-on-behalf-of": "bob\u00ad" } });
  assert.equal(asked.status, 400);
  assert.match(asked.text, /x-on-behalf-of/);

  const old = world.keys.create("old agent", "agent", new Date(), { owner: "bob" });
  world.db.prepare("UPDATE keys SET owner = ? WHERE id = ?").run("bob\u200b", old.key.id);
  assert.equal((await request("/api/nodes", { key: old.secret })).status, 200, "an agent's key of an earlier version still works");
});
