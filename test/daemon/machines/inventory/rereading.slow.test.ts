/**
 * Compares an inventory that keeps the parsed file between its changes with one that parses it for each
 * change.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { Inventory } from "../../../../daemon/machines/inventory/inventory.ts";

const byHand = `# kept by hand
all:
  vars: {flag: yes, mac: "52:54:00:12:34:56"}
  children:
    controller_nodes:
    lab: # of the lab
      hosts:
        n1: {rack: 4}
`;
const names = fc.constantFrom("n1", "n2", "n3", "7");
const changes = fc.oneof(
  fc.record({ kind: fc.constant("upsert"), name: names, address: fc.constantFrom("10.0.0.1", "10.0.0.2"), other: names }),
  fc.record({ kind: fc.constantFrom("remove", "promote"), name: names }),
  fc.record({ kind: fc.constant("rename"), name: names, to: names }),
);

test("an inventory that keeps the parsed file writes the same as one that reads the file for each change", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-inventory-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [one, two] = [join(folder, "one.yaml"), join(folder, "two.yaml")];
  await fc.assert(
    fc.asyncProperty(fc.array(changes, { maxLength: 12 }), async (all) => {
      for (const file of [one, two]) writeFileSync(file, byHand);
      const going = new Inventory(one);
      for (const change of all) {
        const outcomes = await Promise.allSettled([going, new Inventory(two)].map((inventory) => make(inventory, change)));
        assert.equal(outcomes[0]?.status, outcomes[1]?.status);
        assert.equal(readFileSync(one, "utf8"), readFileSync(two, "utf8"));
      }
    }),
    { numRuns: 60 },
  );
});

type Change = typeof changes extends fc.Arbitrary<infer T> ? T : never;

function make(inventory: Inventory, change: Change): Promise<void> {
  if ("address" in change) return inventory.upsertHost({ name: change.name, address: change.address }, [change.other]);
  if ("to" in change) return inventory.renameHost(change.name, change.to);
  return change.kind === "remove" ? inventory.removeHost(change.name) : inventory.promoteHost(change.name);
}
