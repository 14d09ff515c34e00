/** Text of a node costs the daemon time in proportion to its length, whatever the text. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { hintFor } from "../../../daemon/jobs/hints.ts";
import { plainText } from "../../../daemon/log/plain-text.ts";
import { redact } from "../../../daemon/log/redact.ts";
import { entry } from "../../../daemon/machines/inventory/todo.ts";

const folder = join(import.meta.dirname, "../../../daemon/log");
const patterns = JSON.parse(readFileSync(join(folder, "patterns.json"), "utf8")) as { what: string; pattern: string }[];

/** Beginnings of every pattern. A test fails if a pattern has no beginning in this list. */
const beginnings = [
  ..."-eyJ|eyJ|-eyJaaaaaaaa.|.eyJ|eyJaaaaaaaa.eyJ|-sk-|sk-|ghp_|-npm_|-AKIA|mk_00000000_|mt_0|-mt_".split("|"),
  ..."hooks.slack.com/services/|muster_session=|authorization: |authorization:basic |Authorization: Basic a=|Bearer |bearer a".split("|"),
  ...'password|password"|password: |token=|_pass |secret key |://|://a:|://a:b|:/|-----BEGIN |-----BEGIN A|-----BEGIN PRIVATE KEY-----'.split(
    "|",
  ),
  ..."-----END |a|-|_|.|=|:|/|@| |'|0".split("|"),
];
const escapes = [
  "\u001b",
  "\u001b[",
  "\u001b]",
  "\u001b]a;",
  "\u001b]8;;http://",
  "\u001b[1;",
  "\u009b",
  "\u009b;",
  "a;",
  "\u001b(",
  "\n",
  "\r",
];
const LONG = 64 * 1024;
const SHORT = LONG / 16;
const grown = (text: string, length: number) => text.repeat(Math.ceil(length / text.length)).slice(0, length);

/** The least processor time of three runs, because other programs disturb single runs. */
function cost(work: () => unknown): number {
  const runs = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...runs);
}

/** Quadratic time makes the long text 256 times as costly as the short one, linear time 16 times. */
function assertLinear(work: (text: string) => unknown, beginning: string): void {
  const [short, long] = [SHORT, LONG].map((length) => cost(() => work(grown(beginning, length))));
  assert.ok(
    (long ?? 0) < 64 * Math.max(short ?? 0, 1500),
    `${JSON.stringify(beginning)}: ${short} µs for ${SHORT} characters, ${long} µs for ${LONG}`,
  );
}

test("each pattern of secrets has a beginning in the list", () => {
  const words = beginnings.join(" ");
  for (const { what, pattern } of patterns) {
    const literal = /[A-Za-z]{2,}|:\\\/\\\/|-----/g;
    const named = [...pattern.replace(/\\[bsSdw]|\[[^\]]*\]/g, "").matchAll(literal)].map(([word]) => word.replaceAll("\\", ""));
    assert.ok(
      named.some((word) => words.toLowerCase().includes(word.toLowerCase())),
      what,
    );
  }
});

test("secrets are looked for in linear time", () => {
  for (const beginning of beginnings) assertLinear(redact, beginning);
});

test("escape sequences are removed, and advice is found, in linear time", () => {
  for (const beginning of [...escapes, ...beginnings]) assertLinear(plainText, beginning);
  for (const beginning of ["python", "the collection a", "the role '", " ", "cannot "]) assertLinear(hintFor, beginning);
});

test("an entry of TODO.md costs linear time", () => {
  const failure = { name: "n1", address: undefined, at: new Date(0), job: { id: "j", playbook: "p" }, hint: undefined, summary: "failed" };
  for (const beginning of ["-eyJ", "\u001b]", "\u001b]a;", "`", "` ", "\n", " \n"])
    assertLinear((log) => entry({ ...failure, log }), beginning);
});

test("the program that stores output looks for secrets in linear time", () => {
  const program = `
import sys, time, json
sys.path.insert(0, ${JSON.stringify(folder)})
from importlib import import_module
redact = import_module("hide-secrets").redact
for beginning in json.loads(sys.argv[1]):
    def cost(length):
        text = (beginning * length)[:length].encode()
        def once():
            before = time.process_time()
            redact(text)
            return time.process_time() - before
        return min(once(), once())
    short, long = cost(${SHORT}), cost(${LONG})
    assert long < 64 * max(short, 0.002), (beginning, short, long)
`;
  execFileSync("python3", ["-c", program, JSON.stringify(beginnings)], { env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } });
});

test("colours and titles of a terminal are removed, and the text around them stays", () => {
  assert.equal(
    plainText("\u001b[1;31mred\u001b[0m \u001b]0;title\u0007and \u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\ \u001b(Bend"),
    "red and link end",
  );
  assert.equal(plainText("a \u009b31mb"), "a b");
  assert.equal(plainText("\u001b]0;a title without an end"), "0;a title without an end");
});

test("a JSON web token is hidden wherever it stands in a line", () => {
  const token = `eyJ${"hbGci".repeat(4)}.eyJ${"zdWIi".repeat(4)}.${"SflKx".repeat(4)}`;
  for (const before of ["", "-", "x-y-", "=", '"', "a.b.", "eyJ-", "-eyJaaaaaaaaaaaa "]) {
    const shown = redact(`${before}${token} end`);
    assert.ok(!shown.includes("hbGci") && !shown.includes("zdWIi") && !shown.includes("SflKx"), shown);
    assert.match(shown, /\[redacted\] end$/);
  }
});
