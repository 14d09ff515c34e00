/** The supervisor with small real child processes. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import type { SupervisorNews } from "../../../daemon/admin/process-news.ts";
import { type ChildSpec, type StopPatience, Supervisor } from "../../../daemon/processes/supervisor/supervisor.ts";
import { until } from "../../support/until.ts";

/** The names of the children that were started, in order. */
const launches: string[] = [];
const log = pino(
  { level: "info" },
  {
    write(line) {
      const { msg, child } = JSON.parse(line) as { msg: string; child: string };
      if (msg === "child started") launches.push(child);
    },
  },
);
const hasty: Partial<StopPatience> = { firstDelayMs: 20, maxDelayMs: 80, steadyMs: 60_000, stopBudgetMs: 500 };

let folder: string;
let supervisor: Supervisor | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-supervisor-"));
});
afterEach(async () => {
  await supervisor?.stop();
  supervisor = undefined;
  rmSync(folder, { recursive: true });
});

const script = (name: string, program: string): ChildSpec => ({
  name,
  command: process.execPath,
  args: ["--input-type=module", "-e", `import { appendFileSync } from "node:fs";\n${program}`],
  env: { PATH: process.env.PATH },
});

const file = (name: string) => join(folder, name);
// A new file is still empty. A pid read from it would be 0, and a signal to 0 goes to this whole process group.
const lines = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), "utf8").split("\n").filter(Boolean) : []);
const write = (name: string, text: string) => `appendFileSync(${JSON.stringify(file(name))}, ${text} + "\\n");`;

/** A child that records its pid at the start and its name on SIGTERM. */
const obedient = (name: string) =>
  script(
    name,
    `process.on("SIGTERM", () => { ${write("stopped", JSON.stringify(name))} process.exit(); });
     process.on("message", () => undefined);
     ${write(name, "process.pid")}`,
  );

/** A reader that records the news and acknowledges each. */
const reader = (name: string) =>
  script(
    name,
    `process.on("message", (news) => { ${write("news", "JSON.stringify(news)")} process.send({ type: "news-taken" }); });
     ${write(name, "process.pid")}`,
  );

const news = () => lines("news").map((line) => JSON.parse(line) as SupervisorNews);
const exits = () => news().filter((item) => item.type === "child-exited");

function start(...specs: ChildSpec[]): Supervisor {
  supervisor = new Supervisor(specs, "reader", log, hasty);
  supervisor.start();
  return supervisor;
}

const runs = (pid: number) => existsSync(`/proc/${pid}`);

test("children are stopped one after the other, the last one first", async () => {
  const started = start(obedient("first"), obedient("second"), obedient("third"));
  await until("all run", () => ["first", "second", "third"].every((name) => lines(name).length === 1));
  await started.stop();
  assert.deepEqual(lines("stopped"), ["third", "second", "first"]);
});

test("a child that is killed comes back alone, and the reader hears of its end and its start", async () => {
  start(reader("reader"), obedient("other"), obedient("victim"));
  await until("all run", () => ["reader", "other", "victim"].every((name) => lines(name).length === 1));
  process.kill(Number(lines("victim")[0]), "SIGKILL");
  await until("the victim runs again", () => lines("victim").length === 2);
  await until("the news", () => news().some((item) => item.type === "child-started" && String(item.pid) === lines("victim")[1]));
  assert.deepEqual(exits(), [{ type: "child-exited", name: "victim", reason: "killed by SIGKILL", restartInMs: 20 }]);
  assert.equal(lines("other").length, 1);
});

test("a child that crashes again and again is started ever later, up to a limit", async () => {
  start(reader("reader"), script("hopeless", "process.exit(3);"));
  await until("five crashes", () => exits().length >= 5);
  assert.deepEqual(
    exits()
      .slice(0, 5)
      .map((item) => [item.reason, item.restartInMs]),
    [20, 40, 80, 80, 80].map((delay) => ["exit code 3", delay]),
  );
});

test("a program that cannot be run is tried again like one that crashed", async () => {
  start(reader("reader"), { name: "missing", command: join(folder, "nothing"), args: [], env: {} });
  await until("two tries", () => exits().length >= 2);
  assert.match(exits()[0]?.reason ?? "", /ENOENT/);
});

test("a new reader hears what its predecessor did not take, and what runs", async () => {
  // The first one dies before it reads anything.
  const deaf = script(
    "reader",
    `${write("reader", "process.pid")}
     if ((await import("node:fs")).readFileSync(${JSON.stringify(file("reader"))}, "utf8").trim().split("\\n").length === 1) setInterval(() => undefined, 1000);
     else process.on("message", (news) => { ${write("news", "JSON.stringify(news)")} process.send({ type: "news-taken" }); });`,
  );
  start(deaf, obedient("other"));
  await until("both run", () => lines("reader").length === 1 && lines("other").length === 1);
  process.kill(Number(lines("other")[0]), "SIGKILL");
  await until("the other runs again", () => lines("other").length === 2);
  process.kill(Number(lines("reader")[0]), "SIGKILL");
  await until("the second reader has read", () => news().length >= 4);
  assert.deepEqual(
    exits().map(({ name }) => name),
    ["other", "reader"],
  );
  assert.deepEqual(
    news()
      .filter((item) => item.type === "child-started")
      .map(({ name, pid }) => [name, String(pid)]),
    [
      ["reader", lines("reader")[1]],
      ["other", lines("other")[1]],
    ],
  );
});

test("a child that ignores SIGTERM is killed at the deadline, and those after it still get their turn", async () => {
  const deaf = script(
    "deaf",
    `process.on("SIGTERM", () => undefined); setInterval(() => undefined, 1000); ${write("deaf", "process.pid")}`,
  );
  const started = start(obedient("first"), deaf);
  await until("both run", () => lines("first").length === 1 && lines("deaf").length === 1);
  await started.stop();
  assert.ok(!runs(Number(lines("deaf")[0])));
  assert.deepEqual(lines("stopped"), ["first"]);
});

test("a child with a drain may take longer to stop, and those after it keep their time", async () => {
  const slow = script(
    "draining",
    `process.on("SIGTERM", () => setTimeout(() => { ${write("stopped", '"draining"')} process.exit(); }, ${3 * (hasty.stopBudgetMs ?? 0)})); setInterval(() => undefined, 1000); ${write("draining", "process.pid")}`,
  );
  const started = start(obedient("first"), { ...slow, drainMs: 60_000 });
  await until("both run", () => lines("first").length === 1 && lines("draining").length === 1);
  await started.stop();
  assert.deepEqual(lines("stopped"), ["draining", "first"]);
});

test("nothing is started any more once the stop has begun", async () => {
  const slow = script(
    "slow",
    `process.on("SIGTERM", () => setTimeout(() => process.exit(), 300)); setInterval(() => undefined, 1000); ${write("slow", "process.pid")}`,
  );
  const started = start(script("crashing", `${write("crashing", "process.pid")} process.exit(1);`), slow);
  await until("a crash", () => lines("crashing").length >= 1 && lines("slow").length === 1);
  const stopped = started.stop();
  const before = launches.length;
  await stopped;
  // This is longer than any restart delay of a crashed child.
  await sleep(2 * (hasty.maxDelayMs ?? 0));
  assert.deepEqual(launches.slice(before), []);
});
