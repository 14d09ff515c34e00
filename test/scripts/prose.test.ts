/** The prose check: sentences it rejects, and sentences of ordinary technical use that it leaves alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "../../scripts/prose/check.ts";

const found = (name: string, source: string) => check(name, source).map((finding) => finding.found);

const bad: [sentence: string, found: string][] = [
  ["Whoever asks shows a key.", "Whoever"],
  ["It belongs to the owner, for whom it was made.", "whom"],
  ["A machine that somebody armed is installed.", "somebody"],
  ["The key belongs to nobody.", "nobody"],
  ["It was written by someone who left.", "someone who"],
  ["The daemon tells the page.", "tells"],
  ["The executor is told to stop.", "told"],
  ["The file lies beside the playbook.", "beside"],
  ["The service is started anew.", "anew"],
  ["Some firmware cannot bear large blocks.", "cannot bear"],
  ["The run came\nto an end.", "came to"],
  ["The kernel lets go of the lock.", "lets go"],
  ["The queue lets its oldest lines go.", "lets its oldest lines go"],
  ["The node failed of late.", "of late"],
  ["The same wish is one plan.", "wish"],
  ["The caller says so again.", "says so again"],
  ["Start when the minute is over.", "is over"],
  ["The end is written down first.", "written down"],
  ["The tool is a look.", "a look"],
  ["Use the button Look again.", "Look again"],
  ["What is recorded is never changed.", "What is recorded is …"],
  ["Keys expire. Whether they are used is shown.", "Whether they are used …"],
  [`It has ${"many ".repeat(30)}words.`, "It has many many … (33 words)"],
  ["It ends: first the run; then the job; then the node.", "It ends: first the … (3 of ; and :)"],
];

for (const [sentence, words] of bad)
  test(`rejects "${words}"`, () => {
    assert.deepEqual(found("page.md", sentence), [words]);
  });

const good = [
  "The caller shows a key.",
  "Who may approve a plan?",
  "## Who may approve?",
  "How to add a tool: create a file.",
  "Besides, the bearer token expires.",
  "The executor looks at the clock and retries.",
  "The response is sent over HTTP, and this is over 30 seconds old.",
  "Send `tell somebody` to [the daemon](whoever/nobody.md) at https://told.example/anew.",
  "The pool let the client go idle; it expires later: see below.",
  "It is written to disk, and downloads go on.",
  "The load bears no relation to the number of nodes.",
  "Packets of later bursts come together.",
];

for (const sentence of good)
  test(`accepts "${sentence}"`, () => {
    assert.deepEqual(found("page.md", sentence), []);
  });

test("Markdown: items, cells and code blocks are checked at their line, and a list item does not run into the next", () => {
  const page = [
    "# Title", //
    "",
    "- One item that is told",
    "- Another item",
    "  with beside",
    "",
    "| a | b |",
    "|---|---|",
    "| x | anew |",
    "",
    "```sh",
    "muster do # tells: one; two; three; four",
    "```",
  ].join("\n");
  assert.deepEqual(
    check("page.md", page).map(({ line, found: words }) => [line, words]),
    [
      [3, "told"],
      [5, "beside"],
      [9, "anew"],
      [12, "tells"],
    ],
  );
});

test("TypeScript: comments, strings and JSX text are checked, identifiers and one-word strings are not", () => {
  const source = [
    'import { told } from "./beside.ts";',
    "/** How a run ends. */",
    'const whoever = told({ type: "wish", anew: true }); // and somebody',
    'const text = "ask a node or nobody else";',
    'const part = "the run " + "what becomes of it in the end";',
    'const label = "what a node would be given";',
    "const view = <p title={text}>Lasts</p>;",
    "// It ends when `told` was",
    "// written",
    "// down.",
  ].join("\n");
  assert.deepEqual(
    check("view.tsx", source).map(({ line, found: words }) => [line, words]),
    [
      [2, "How a run ends. …"],
      [3, "somebody"],
      [4, "nobody"],
      [6, "what a node would …"],
      [7, "Lasts"],
      [9, "written down"],
    ],
  );
});

test("shell, Python, YAML and Liquid: comments and texts are checked, code is not", () => {
  assert.deepEqual(found("run.sh", '#!/bin/sh\n# Who leads\n# the group.\ntold=1; echo "nobody is there" # anew\n'), [
    "Who leads the group. …",
    "anew",
    "nobody",
  ]);
  assert.deepEqual(found("play.py", "import told\n# The word beside it\nprint('asked anew')\n"), ["beside", "anew"]);
  assert.deepEqual(found("tool.yaml", "name: told\ndescription: It restarts anew.\n- name: Tell the node\n"), ["anew", "Tell"]);
  assert.deepEqual(found("boot.liquid", "echo {{ told }} Waiting for somebody\n"), ["somebody"]);
  assert.deepEqual(found("script", '#!/bin/bash\necho "It is over."\n'), ["is over"]);
  assert.deepEqual(found("data.bin", "nobody"), []);
});
