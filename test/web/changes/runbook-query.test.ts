/** The search and the proposal in the address of the page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  everyRunbook,
  parseProposalHash,
  parseRunbooksHash,
  proposalOf,
  runbooksHash,
  searchOf,
} from "../../../web/src/changes/runbooks/runbook-query.ts";
import { parseRoute, runbookHref } from "../../../web/src/parts/route.ts";

test("a search survives its address, and empty fields are left out", () => {
  const query = { ...everyRunbook, text: "disk & full", intent: "investigate" };
  assert.deepEqual(parseRunbooksHash(runbooksHash(query)), query);
  assert.equal(runbooksHash(everyRunbook), "#/runbooks");
  assert.deepEqual(searchOf(query), { text: "disk & full", intent_type: "investigate" });
  assert.equal(parseRunbooksHash(`#/runbooks?q=${"x".repeat(9000)}`).text.length, 200);
});

test("an alert writes its nodes and its reason into the address of the runbook", () => {
  const href = runbookHref("full-disk", { nodes: ["n1", "n2"], reason: "alert 12" });
  assert.deepEqual(parseRoute(href), { page: "runbook", name: "full-disk" });
  assert.deepEqual(parseProposalHash(href), { nodes: "n1,n2", reason: "alert 12" });
  assert.deepEqual(parseProposalHash(runbookHref("full-disk")), { nodes: "", reason: "" });
});

test("a proposal leaves out empty fields, and names nodes only if the runbook needs them", () => {
  const parameters = ["unit", "lines", "restart"].map((name) => ({ name, description: name, type: "string" as const, required: false }));
  const runbook = { name: "r", parameters, needsNodes: true };
  assert.deepEqual(proposalOf(runbook, { unit: "ssh.service", lines: "", restart: false }, " n1, n2  n3 ", " because "), {
    goal: { kind: "runbook", runbook: "r", parameters: { unit: "ssh.service", restart: false } },
    targets: ["n1", "n2", "n3"],
    reason: "because",
  });
  assert.deepEqual(proposalOf({ ...runbook, needsNodes: false }, {}, "n1", "").targets, []);
});
