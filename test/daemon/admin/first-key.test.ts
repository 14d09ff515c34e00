/** The first keys of an installation. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { adoptKeys, firstKey } from "../../../daemon/admin/first-key.ts";
import { sha256 } from "../../../daemon/store/secrets.ts";
import { openWorld } from "../../support/world.ts";

test("hashes of keys are read from any of the documented variables, with spaces and capitals", () => {
  const { keys } = openWorld();
  adoptKeys(keys, {
    MUSTER_API_KEYS: ` ${sha256("one")} , ${sha256("two").toUpperCase()},`,
    PIECAT_API_KEYS: sha256("three"),
    PIPECAT_API_KEYS: `${sha256("four")},${sha256("one")}`,
  });
  for (const key of ["one", "two", "three", "four"]) assert.equal(keys.authenticate(key, new Date())?.role, "admin", key);
  assert.equal(keys.list().length, 4);
  assert.equal(firstKey(keys), undefined);
});

test("a hash that is removed from the variables is no longer a key", () => {
  const { keys } = openWorld();
  adoptKeys(keys, { MUSTER_API_KEYS: sha256("one"), PIECAT_API_KEYS: sha256("two") });
  adoptKeys(keys, { MUSTER_API_KEYS: sha256("one") });
  assert.equal(keys.authenticate("two", new Date()), undefined);
  adoptKeys(keys, {});
  assert.equal(keys.authenticate("one", new Date()), undefined);
});

test("a value that is not a hash stops the start; the error names the variable and hides most of the value", () => {
  const { keys } = openWorld();
  const secret = "a-plain-key-put-there-by-mistake";
  assert.throws(
    () => adoptKeys(keys, { PIECAT_API_KEYS: `${sha256("one")},${secret}` }),
    (error: Error) => {
      assert.match(error.message, /^PIECAT_API_KEYS: /);
      assert.ok(!error.message.includes(secret));
      return true;
    },
  );
  assert.deepEqual(keys.list(), []);
});

test("only a database without keys gets a first key, which is shown only then", () => {
  const { keys } = openWorld();
  const shown = firstKey(keys);
  assert.equal(keys.authenticate(shown ?? "", new Date())?.role, "admin");
  assert.equal(firstKey(keys), undefined);
});
