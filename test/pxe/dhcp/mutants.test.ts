import assert from "node:assert/strict";
import { test } from "node:test";
import { tryMutants } from "../../support/dhcp/dhcp-mutants.ts";

test("twenty thousand damaged packets are refused, ignored or answered within the client's limits, and nothing else happens", () => {
  const counts = tryMutants(20_000, 1);
  for (const [what, count] of Object.entries(counts)) assert.ok(count > 1000, `${what}: ${count}, so the mutations are not varied enough`);
});
