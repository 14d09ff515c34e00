/** The linter of generated iPXE scripts, and all generated scripts checked by it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LocalBoot } from "../../../../daemon/contract/netboot/quirk.ts";
import { Suite } from "../../../../daemon/contract/netboot/suite.ts";
import { lintScript } from "../../../../daemon/netboot/scripts/lint.ts";
import { genericScript, installScript, localScript, waitScript } from "../../../../daemon/netboot/scripts/scripts.ts";

const script = (...lines: string[]) => `#!ipxe\n${lines.join("\n")}\n`;

const faulty: [name: string, text: string, problem: RegExp][] = [
  ["another first line", "ipxe\nexit\n", /first line/],
  ["a verb that old builds lack", script("params", "exit"), /params is not in every iPXE/],
  ["such a verb behind an operator", script("isset a || poweroff", "exit"), /poweroff is not/],
  ["a label that is not there", script("isset a || goto nowhere", "exit"), /goto nowhere leads nowhere/],
  ["a goto without a label", script("isset a || goto", "exit"), /goto undefined leads nowhere/],
  ["an unused label", script(":there", "exit"), /nothing goes to :there/],
  ["a label that is there twice", script(":a", "sleep 1", ":a", "isset x || goto a", "exit"), /:a is there twice/],
  ["a control character", script("echo a\x07b", "exit"), /control character/],
  ["a carriage return", script("echo a\r", "exit"), /control character/],
  ["an open end", script("echo a"), /runs off its end/],
  ["an end that is only sometimes reached", script("isset a && exit ||"), /runs off its end/],
  ["a local boot that is not caught", script("sanboot --drive 0x80 ||"), /runs off its end/],
  ["lines after the end", script("exit", "echo a", "exit"), /nothing reaches: echo a/],
  ["a loop that never ends", script(":a", "sleep 1", "goto a"), /never ends: sleep 1/],
  ["a loop that does not wait", script(":a", "chain http://x || goto a"), /a loop without sleep/],
  ["a wait that is passed by", script(":a", "isset b && sleep 1 ||", "chain http://x || goto a"), /a loop without sleep/],
  ["a counted loop that does not wait", script(":a", "inc n", `iseq $\{n} 5 && exit ||`, "goto a"), /a loop without sleep/],
];
for (const [name, text, problem] of faulty) {
  test(`${name} is found`, () => {
    assert(
      lintScript(text).some((found) => problem.test(found)),
      lintScript(text).join("; "),
    );
  });
}

const sound: [name: string, text: string][] = [
  ["the shortest", script("exit 1")],
  ["a loop that waits and can end", script(":a", "chain http://x?a=1&b=2&&c=3 || sleep 2", `isset $\{x} && exit || goto a`)],
  ["a kernel that may fail", script("kernel http://x/linux", "initrd http://x/initrd", "boot")],
  ["comments and empty lines", script("# a comment", "", "echo", "exit")],
];
for (const [name, text] of sound) test(`${name} is sound`, () => assert.deepEqual(lintScript(text), []));

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/);
const mac = fc
  .uint8Array({ minLength: 6, maxLength: 6 })
  .map((bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":"));
const anything = fc.string({ unit: "binary", maxLength: 200 });
const bootUrl = fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 65_535 })).map(([address, port]) => `http://${address}:${port}`);
const key = fc.stringMatching(/^[0-9a-f]{32}$/);
const seconds = fc.integer({ min: 0, max: 86_400 });

const generated = {
  generic: bootUrl.map(genericScript),
  wait: fc
    .record({ bootUrl, name: label, mac, reason: anything, waitedSeconds: seconds, limitSeconds: seconds })
    .map((input) => waitScript(input)),
  install: fc
    .record({
      bootUrl,
      profile: fc.constantFrom("image" as const, "preseed" as const),
      suite: fc.constantFrom(...Suite.options),
      name: label,
      mac,
      key,
      domain: label,
      extraInitrd: fc.option(label, { nil: undefined }),
    })
    .map((input) => installScript(input)),
  local: fc.record({ name: label, way: fc.constantFrom(...LocalBoot.options), reason: anything }).map(localScript),
};
for (const [name, scripts] of Object.entries(generated)) {
  test(`every ${name} script is sound, whatever the machine is called and says of itself`, () => {
    fc.assert(
      fc.property(scripts, (text) => {
        assert.deepEqual(lintScript(text), []);
      }),
      { numRuns: 300 },
    );
  });
}
