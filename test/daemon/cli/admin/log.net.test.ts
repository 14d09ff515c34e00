/** `muster log`: filtered, as text without control characters, and as one JSON object a line. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogLine } from "../../../../daemon/contract/admin/daemon-log.ts";
import { startTestControl } from "../../../support/control.ts";
import { muster } from "../muster.ts";

const at = "2026-01-02T03:04:05.678Z";

test("`muster log` shows the supervisor's lines by level and part", async (t) => {
  const { url, control } = await startTestControl(t);
  const here = { MUSTER_URL: url, MUSTER_KEY: control.firstKey };
  const logged = (seq: number, level: number, process: string, part: string, msg: string, more = {}) => ({
    seq,
    line: JSON.stringify({ level, time: at, process, part, msg, ...more }),
  });
  control.logged({
    type: "log",
    epoch: "one",
    lines: [
      logged(1, 30, "netboot", "dhcp", "answered", { mac: "52:54:00:00:00:01", reason: "it asked" }),
      logged(2, 40, "control", "jobs", "slow\x1b[2J", { password: "hunter22" }),
    ],
  });
  assert.equal(
    (await muster(["log"], here)).out,
    `${at} INFO  netboot/dhcp: answered mac=52:54:00:00:00:01 reason="it asked"\n${at} WARN  control/jobs: slow password=[redacted]\n`,
  );
  assert.match((await muster(["log", "--level", "warn"], here)).out, /^\S+ WARN {2}control\/jobs: slow/);
  const { out } = await muster(["--json", "log", "--part", "dhcp"], here);
  assert.deepEqual(
    out
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as LogLine).seq),
    [1],
  );
  const wrong = await muster(["log", "--level", "loud"], here);
  assert.notEqual(wrong.code, 0);
  assert.match(wrong.err, /loud.*Allowed choices are trace, debug/);
});
