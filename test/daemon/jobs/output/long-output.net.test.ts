/** A run that writes 100 MB: the output stays within the limit and in little memory, and is readable during and after the run. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isLive } from "../../../../daemon/jobs/status.ts";
import { EngineLab, processesWith, skip } from "../engine-lab.ts";

const MEGABYTE = 1024 * 1024;
const LIMIT = 8 * MEGABYTE;
let lab: EngineLab;

before(async () => {
  if (skip) return;
  lab = new EngineLab();
  await lab.start();
  lab.executor.kill("SIGKILL");
  lab.startExecutor({ outputLimitBytes: LIMIT });
});

after(async () => {
  if (!skip) await lab.stop();
});

/** Writes to the output of the run like Ansible, but faster. */
const FLOOD = `
import os
def flood(megabytes):
    for n in range(megabytes * 16):
        os.write(1, (b"chunk %08d " % n) + b"x" * 65520 + b"\\n")
    return "flooded"
class FilterModule(object):
    def filters(self):
        return {"flood": flood}
`;

const megabytesOf = (pid: number | string, what: "VmRSS" | "VmHWM"): number => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
};

test("100 MB of output: memory flat, disk within the limit, read live and again", { skip }, async () => {
  mkdirSync(lab.at("ansible/filter_plugins"));
  writeFileSync(lab.at("ansible/filter_plugins/flood.py"), FLOOD);
  const node = await lab.calledHome("flood", '- name: flood\n  ansible.builtin.debug:\n    msg: "{{ 100 | flood }}"');
  const { id } = lab.engine.provision(node, "test");

  let [next, live, keeper] = [0, 0, 0];
  while (isLive(lab.world.jobs.find(id)?.status ?? "failed")) {
    const slice = await lab.engine.output(id, next);
    next = slice.next;
    live += slice.text.length;
    for (const pid of processesWith(`keep-output.py ${lab.at("jobs", id)}`)) {
      try {
        keeper = Math.max(keeper, megabytesOf(pid, "VmHWM"));
      } catch {}
    }
    await sleep(20);
  }
  const job = lab.world.jobs.find(id);
  assert.equal(job?.status, "succeeded", JSON.stringify(job?.result));
  assert.ok(live > 0);
  assert.ok(keeper > 0 && keeper < 40, `the keeper used ${keeper} MB`);
  assert.ok(megabytesOf(lab.executor.pid ?? 0, "VmHWM") < 200);

  const kept = readdirSync(lab.at("jobs", id)).filter((name) => name.startsWith("output.log"));
  const bytes = kept.reduce((sum, name) => sum + statSync(lab.at("jobs", id, name)).size, 0);
  assert.ok(bytes <= LIMIT && bytes > LIMIT / 2, `${bytes} bytes are kept`);

  let text = "";
  for (let at = 0; ; ) {
    const slice = await lab.engine.output(id, at);
    text += slice.text;
    at = slice.next;
    if (slice.end) break;
  }
  assert.match(text, /chunk 00000000 /);
  assert.equal(text.match(/\[muster: \d+ bytes of output were left out here/g)?.length, 1);
  assert.match(text, /chunk 00001599 /);
  assert.match(text, /PLAY RECAP/);
});
