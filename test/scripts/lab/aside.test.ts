import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

const aside = join(import.meta.dirname, "../../../scripts/lab/aside");

test("a command that runs aside gives way to others, in a session of its own, and ends with its parent process", async (t) => {
  const starter = spawn("sh", ["-c", '"$0" sleep 300 & echo $!; wait', aside], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => starter.kill("SIGKILL"));
  const [said] = (await once(starter.stdout, "data")) as [Buffer];
  const pid = Number(said);
  await until(() => commandOf(pid) === "sleep");
  // proc(5): fields 6 and 19 of stat. The first two fields are cut off here.
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  assert.deepEqual({ session: Number(stat[3]), nice: Number(stat[16]) }, { session: pid, nice: 15 });

  starter.kill("SIGKILL");
  await until(() => !existsSync(`/proc/${pid}`));
});

const commandOf = (pid: number) => readFileSync(`/proc/${pid}/comm`, "utf8").trim();

async function until(is: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !is(); await sleep(20)) assert.ok(Date.now() < deadline, "not within 10 s");
}
