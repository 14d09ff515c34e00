/** Words for a remote login shell, read back by all installed shells. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { shellLine } from "../../../../daemon/executor/steps/quoting.ts";

const shells = ["/bin/sh", "/bin/dash", "/bin/bash", "/usr/bin/zsh"].filter((shell) => existsSync(shell));
/** Writes each of its words after a NUL, so the test sees how a shell reads the line. */
const words = ["python3", "-c", "import os,sys; sys.stdout.buffer.write(b'\\0'.join(os.fsencode(a) for a in sys.argv[1:]))"];

const readBack = (shell: string, argv: string[]): string[] =>
  execFileSync(shell, ["-c", shellLine([...words, ...argv], "mark")], { encoding: "utf8", env: { PATH: "/usr/bin:/bin", LANG: "C.UTF-8" } })
    .replace(/^mark \d+\n/, "")
    .split("\0");

const nasty = [
  "",
  " ",
  "'",
  "''",
  "a'b",
  '"',
  "\\",
  "\\'",
  "$(id)",
  "`id`",
  "$HOME",
  "a;b",
  "a\nb",
  "*",
  "~",
  "!!",
  "-rf",
  "A=b",
  "#",
  "é",
  "&& id",
  "\t",
];

for (const shell of shells) {
  test(`${shell} reads every word as it was written`, () => {
    assert.deepEqual(readBack(shell, nasty), nasty);
  });
}

test("no text becomes anything but itself", () => {
  const word = fc.string({
    unit: fc.constantFrom("'", '"', "\\", "$", "`", ";", "&", "|", "\n", " ", "(", ")", "*", "a", "=", "!", "{", "}"),
  });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (argv) => {
      assert.deepEqual(readBack("/bin/sh", argv), argv);
    }),
    { numRuns: 40 },
  );
});

test("what cannot be a word of a command is refused", () => {
  assert.throws(() => shellLine(["ls", "a\0b"], "mark"), /NUL/);
  assert.throws(() => shellLine([], "mark"), /without a program/);
  assert.throws(() => shellLine(["-c", "id"], "mark"), /without a program/);
});
