/** The installer sets its clock from the control node's time. The programs date and hwclock are scripts that record. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

const library = join(import.meta.dirname, "../../../scripts/image/initrd/lib/clock.sh");
const NOW = 1_800_000_000;

/** Runs set_clock on a machine whose clock shows `shows`. `sent` is the control node's answer. */
function setClock(t: TestContext, shows: number, sent: string | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-clock-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const date = `#!/bin/sh\n[ "$1" = +%s ] && echo ${shows} || echo date "$@" >&2\n`;
  writeFileSync(join(folder, "date"), date, { mode: 0o755 });
  writeFileSync(join(folder, "hwclock"), '#!/bin/sh\necho hwclock "$@" >&2\n', { mode: 0o755 });
  writeFileSync(join(folder, "sent"), sent === undefined ? "" : `${sent}\n`);
  const fetch = sent === undefined ? "answer=404; return 1" : `cp ${folder}/sent "$2"`;
  const script = `run=${folder}; say() { echo "$@"; }; fetch() { ${fetch}; }; . ${library}; set_clock http://10.0.0.2:8080 && echo goes on`;
  const ran = spawnSync("sh", ["-c", script], { encoding: "utf8", env: { PATH: `${folder}:${process.env.PATH}` } });
  return ran.stderr + ran.stdout;
}

for (const [words, shows] of [
  ["2005, after a flat battery", 1_104_537_600],
  ["a year in the future", NOW + 40_000_000],
] as const)
  test(`a clock that shows ${words}, is set, with the hardware clock`, (t) => {
    const said = setClock(t, shows, String(NOW));
    assert.match(said, new RegExp(`^date -u -s @${NOW}\nhwclock -u -w\n`));
    assert.match(said, /set to the control node's clock/);
    assert.match(said, /goes on/);
  });

for (const [words, shows, sent] of [
  ["the clock is right", NOW - 20, String(NOW)],
  ["the control node sends no time", NOW, undefined],
  ["the answer is no number", 0, "soon; reboot"],
  ["the answer is empty", 0, ""],
] as const)
  test(`nothing is set, and the installation goes on, if ${words}`, (t) => {
    const said = setClock(t, shows, sent);
    assert.doesNotMatch(said, /^(date|hwclock) /m);
    assert.match(said, /goes on/);
  });
