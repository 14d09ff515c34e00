import assert from "node:assert/strict";
import { test } from "node:test";
import { Addresses } from "../../../../scripts/e2e/soak/addresses.ts";

const [ONE, OTHER] = ["02:00:00:00:00:01", "02:00:00:00:00:02"];

test("an address promised to another machine while a lease of it runs is reported, afterwards not", () => {
  const addresses = new Addresses();
  assert.equal(addresses.take("10.0.0.1", ONE, 60, 0), undefined);
  assert.equal(addresses.take("10.0.0.1", ONE, 60, 30_000), undefined);
  assert.equal(addresses.take("10.0.0.1", OTHER, 60, 89_000), ONE);
  const later = new Addresses();
  later.take("10.0.0.1", ONE, 60, 0);
  assert.equal(later.take("10.0.0.1", OTHER, 60, 60_000), undefined);
});

test("a machine that gave its address back, or took another, holds it no more", () => {
  const addresses = new Addresses();
  addresses.take("10.0.0.1", ONE, 60, 0);
  addresses.drop(ONE);
  assert.equal(addresses.take("10.0.0.1", OTHER, 60, 1), undefined);
  addresses.take("10.0.0.2", OTHER, 60, 2);
  assert.equal(addresses.take("10.0.0.1", ONE, 60, 3), undefined);
});
