/** Small tools and runbooks that change files of a folder, for tests that run plans. */

const local = "description: For a test.\nexecution: { method: local, requires_target: true }\n";
const path = '  - { name: path, description: A file, required: true, pattern: "/.+", example: /tmp/x }\n';
const parameters = (text: string) => `parameters:\n${text}`;

export const forms = {
  look: `${local}${parameters(path)}command: [cat, "{path}"]\noutput_cap_bytes: 2048\n`,
  make: `${local}${parameters(path)}command: [mkdir, "{path}"]\nundo: { tool: unmake, parameters: { path: "{path}" } }\n`,
  unmake: `${local}${parameters(path)}command: [mv, "{path}", "{path}.undone"]\n`,
  note: `${local}${parameters(path)}command: [touch, "{path}"]\n`,
  wait: `${local}${parameters("  - { name: seconds, description: How long, type: integer, default: 300 }\n")}command: [sleep, "{seconds}"]\ntimeout_seconds: 3600\n`,
  hurry: `${local}command: [sleep, "300"]\ntimeout_seconds: 1\n`,
  fail: `${local}command: [mkdir, /proc/nothing/here]\n`,
  search: `${local}${parameters(path)}command: [grep, -q, needle, "{path}"]\nanswer_codes: [1]\n`,
  erase: `${local}${parameters(path)}command: [rm, -rf, "{path}"]\n`,
} satisfies Record<string, string>;

const step = (id: string, tool: string, parameters = "{}") => `  - { id: ${id}, tool: ${tool}, parameters: ${parameters} }\n`;
const folder = '{ path: "{folder}/NAME" }';
const at = (name: string) => folder.replace("NAME", name);
const runbook = (steps: string, last: string) =>
  `description: For a test.\ntriggers: [{ symptom: test }]\nparameters:\n  - { name: folder, description: Where, required: true, pattern: "/.+", example: /tmp/x }\nsteps:\n${steps}success:\n  - { step: ${last}, means: It is there. }\n`;

export const runbooks = {
  "three-folders": runbook(step("a", "make", at("a")) + step("b", "make", at("a/b")) + step("c", "make", at("a/b/c")), "c"),
  "two-then-fail": runbook(step("a", "make", at("a")) + step("b", "make", at("b")) + step("c", "fail"), "c"),
  "undo-fails": runbook(step("a", "make", at("a")) + step("b", "make", at("a")), "b"),
  "note-then-fail": runbook(step("a", "note", at("a")) + step("c", "fail"), "c"),
  "look-and-look": runbook(step("a", "look", at("missing")) + step("b", "look", at("seen")), "b"),
  "wait-then-note": runbook(step("a", "wait") + step("b", "note", at("b")), "b"),
} satisfies Record<string, string>;
