import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "../../support/until.ts";

const aside = join(import.meta.dirname, "../../../scripts/lab/aside");

test("a command that runs aside gives way to others, in a session of its own, and ends with its parent process", async (t) => {
  const starter = spawn("sh", ["-c", '"$0" sleep 300 & echo $!; wait', aside], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => starter.kill("SIGKILL"));
  const [said] = (await once(starter.stdout, "data")) as [Buffer];
  const pid = Number(said);
  await until("it runs the command", () => commandOf(pid) === "sleep");
  // proc(5): fields 6 and 19 of stat. The first two fields are cut off here.
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  // The test itself may run at any priority.
  const nice = Math.min(getPriority() + 15, 19);
  assert.deepEqual({ session: Number(stat[3]), nice: Number(stat[16]) }, { session: pid, nice });

  starter.kill("SIGKILL");
  await until("it has ended", () => !existsSync(`/proc/${pid}`));
});

const commandOf = (pid: number) => readFileSync(`/proc/${pid}/comm`, "utf8").trim();
