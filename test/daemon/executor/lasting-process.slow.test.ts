/** Every lasting process behaves like this. The tests use real processes, in the three uses and with the policy for Terraform. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { steadyMs } from "../../../daemon/errors/steady-clock.ts";
import { takeSaid } from "../../../daemon/executor/kept-output.ts";
import { exitCodeOf, pathsOf, SEAL } from "../../../daemon/executor/lasting-files.ts";
import { type Kind, LastingProcess, type ProcessPlace } from "../../../daemon/executor/lasting-process.ts";
import { kill, processesWith } from "../../../daemon/executor/marked-processes.ts";
import { isAlive, isLeaderAlive, readGroup } from "../../../daemon/executor/process-group.ts";
import type { StopPolicy } from "../../../daemon/executor/termination.ts";
import { until } from "../../support/until.ts";

interface Use {
  mark: string;
  endsWith: Kind["endsWith"];
  policy: StopPolicy;
  separateErrors: boolean;
}

const term = { target: "group", first: "SIGTERM" } as const;
const uses: Record<string, Use> = {
  "a run of a job": {
    mark: "MUSTER_EVENTS",
    endsWith: "group",
    policy: { ...term, graceMs: () => 300 },
    separateErrors: false,
  },
  "a step of a plan": {
    mark: "MUSTER_STEP",
    endsWith: "command",
    policy: { ...term, graceMs: () => 300 },
    separateErrors: false,
  },
  "a power program": {
    mark: "MUSTER_POWER",
    endsWith: "command",
    policy: { ...term, graceMs: () => 0 },
    separateErrors: true,
  },
  "a program that saves its state": {
    mark: "MUSTER_STACK",
    endsWith: "command",
    policy: { target: "command", first: "SIGINT", graceMs: () => Number.POSITIVE_INFINITY },
    separateErrors: true,
  },
};

const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
const source = join(import.meta.dirname, "../../../daemon/executor/lasting-process.ts");
const fail = (error: unknown) => assert.fail(String(error));
const never = new AbortController().signal;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-lasting-"));
});
afterEach(async () => {
  await until("nothing of the test is left", () => {
    const left = Object.values(uses).flatMap(({ mark }) => processesWith(`${mark}=${at("p")}`));
    for (const pid of left) kill(pid);
    return left.length === 0;
  });
  rmSync(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const paths = () => pathsOf(at("p"));
const text = (name: string) => (existsSync(at(name)) ? readFileSync(at(name), "utf8") : "");

const placeOf = ({ separateErrors }: Use): ProcessPlace => ({
  base: at("p"),
  output: at("out"),
  ...(separateErrors && { errors: at("err") }),
});
const kindOf = ({ mark, endsWith }: Use): Kind => ({ mark: (base) => [mark, base], endsWith });
/** The process for this executor, and also for the next one. */
const processOf = (use: Use) => new LastingProcess(placeOf(use), kindOf(use));
const left = ({ mark }: Use) => processesWith(`${mark}=${at("p")}`);

const command = (script: string, path = PATH) => ({
  argv: ["/bin/sh", "-c", script],
  env: { PATH: path },
  cwd: folder,
  capBytes: 1000,
  niceness: 0,
});

const follow = (use: Use, process = processOf(use), { signal = never, deadline = Number.POSITIVE_INFINITY, policy = use.policy } = {}) =>
  process.ended({ signal, deadline, policy, onTrouble: fail });

/** An executor that begins the process and is killed at once. */
function beginAndDie(use: Use, script: string, path = PATH): void {
  const program = `
    import { LastingProcess } from ${JSON.stringify(source)};
    const kind = { mark: (base) => [${JSON.stringify(use.mark)}, base], endsWith: ${JSON.stringify(use.endsWith)} };
    await new LastingProcess(${JSON.stringify(placeOf(use))}, kind).begin(${JSON.stringify(command(script, path))});
    process.kill(process.pid, "SIGKILL");
  `;
  const { signal, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  assert.equal(signal, "SIGKILL", stderr);
}

/** A folder of programs in which `mv` waits for the file `go`. The wrapper saves its identity with it. */
function slowPath(): string {
  mkdirSync(at("bin"));
  writeFileSync(at("bin/mv"), `#!/bin/sh\nwhile [ ! -e ${at("go")} ]; do sleep 0.02; done\nexec /bin/mv "$@"\n`, { mode: 0o700 });
  return `${at("bin")}:${PATH}`;
}

for (const [name, use] of Object.entries(uses)) {
  describe(name, () => {
    test("it begins, and its output and its exit code are known", async () => {
      const process = processOf(use);
      const pid = await process.begin(command("echo out; echo err >&2; exit 7"));
      const end = await follow(use, process);
      assert.deepEqual([end.how, exitCodeOf(end), end.survivors], ["exited", 7, []]);
      assert.equal(readGroup(paths().pid)?.pid, pid);
      assert.equal(text("out"), use.separateErrors ? "out\n" : "out\nerr\n");
      assert.equal(text("err"), use.separateErrors ? "err\n" : "");
    });

    test("the next executor learns the same end", async () => {
      await processOf(use).begin(command("exit 7"));
      await follow(use);
      assert.equal(exitCodeOf(await follow(use)), 7);
    });

    test("a signal that ends the command is told from an exit", async () => {
      const process = processOf(use);
      await process.begin(command("kill -s KILL $$"));
      const end = await follow(use, process);
      assert.deepEqual([end.how, exitCodeOf(end)], ["signalled", 137]);
    });

    test("its environment is what it was given, and its mark", async () => {
      const process = processOf(use);
      await process.begin({ ...command(""), argv: ["env"], env: { PATH, GIVEN: "yes" } });
      await follow(use, process);
      const names = text("out")
        .trim()
        .split("\n")
        .map((line) => line.split("=")[0] ?? "")
        .filter((each) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(each));
      assert.deepEqual(names.toSorted(), ["GIVEN", use.mark, "PATH"].toSorted());
    });

    test("what exceeds the cap is left out of the middle of each output", async () => {
      const process = processOf(use);
      await process.begin(command("seq 5000; seq 5000 >&2"));
      assert.equal(exitCodeOf(await follow(use, process)), 0);
      for (const file of use.separateErrors ? ["out", "err"] : ["out"]) {
        const { head, tail, leftOut } = takeSaid(at(file));
        assert.ok(leftOut > 0 && head.length + (tail?.length ?? 0) <= 1000, file);
        assert.ok(head.toString().startsWith("1\n2\n") && tail?.toString().endsWith("5000\n"), file);
      }
    });

    test("without its folder it does not begin, and the reason is known", async () => {
      await assert.rejects(processOf(use).begin({ ...command("true"), cwd: at("none") }), { code: "ENOENT" });
      assert.equal((await follow(use)).how, "never-begun");
    });

    test("after its deadline it is stopped, with this reason", async () => {
      const process = processOf(use);
      await process.begin(command(`touch ${at("begun")}; exec sleep 300`));
      await until("it has begun", () => existsSync(at("begun")));
      const end = await follow(use, process, { deadline: steadyMs() });
      assert.equal(process.stopReason, "timed-out");
      assert.notEqual(end.how, "exited");
      assert.deepEqual(left(use), []);
    });

    test("an executor killed before the begin: it never begins, also when its wrapper comes late", async () => {
      assert.equal((await follow(use)).how, "never-begun");
      await processOf(use).begin(command(`echo once >>${at("count")}`));
      await until("the wrapper gives up", () => existsSync(paths().result) && left(use).length === 0);
      assert.equal((await follow(use)).how, "never-begun");
      assert.equal(text("count"), "");
    });

    test("an executor killed before the wrapper has saved its identity: it begins once", async () => {
      beginAndDie(use, `echo once >>${at("count")}; exit 5`, slowPath());
      assert.ok(left(use).length > 0 && !existsSync(paths().pid));
      const next = processOf(use);
      assert.equal(next.look(), undefined);
      writeFileSync(at("go"), "");
      assert.equal(exitCodeOf(await follow(use, next)), 5);
      assert.equal(text("count"), "once\n");
    });

    test("an executor killed while the command is at work: the next one waits for its end", async () => {
      beginAndDie(use, `echo once >>${at("count")}; while [ ! -e ${at("go")} ]; do sleep 0.02; done; exit 6`);
      await until("it is at work", () => text("count") !== "");
      const next = processOf(use);
      assert.equal(next.look(), undefined);
      writeFileSync(at("go"), "");
      assert.equal(exitCodeOf(await follow(use, next)), 6);
      assert.equal(text("count"), "once\n");
    });

    test("an executor killed after the end: the next one learns it", async () => {
      beginAndDie(use, `echo once >>${at("count")}; exit 8`);
      await until("it has ended", () => existsSync(paths().result));
      assert.equal(exitCodeOf(await follow(use)), 8);
      assert.equal(text("count"), "once\n");
    });

    test("an executor killed between the stop reason and the signal: the next one sends the signal", async () => {
      beginAndDie(use, `touch ${at("begun")}; exec sleep 300`);
      await until("it has begun", () => existsSync(at("begun")));
      writeFileSync(paths().stopped, "cancelled");
      const next = processOf(use);
      assert.notEqual((await follow(use, next)).how, "exited");
      assert.equal(next.stopReason, "cancelled");
      assert.deepEqual(left(use), []);
    });

    test("killed with its wrapper it is lost, and nothing of it is left", async () => {
      beginAndDie(use, `touch ${at("begun")}; setsid sleep 300 & sleep 300`);
      await until("all of it runs", () => existsSync(at("begun")) && left(use).length >= 5);
      const { pid } = readGroup(paths().pid) ?? { pid: 0 };
      assert.ok(pid > 1);
      process.kill(-pid, "SIGKILL");
      assert.equal((await follow(use)).how, "lost");
      assert.deepEqual(left(use), []);
    });

    test("another process with the same number is not taken for it, and gets no signal", async () => {
      const stranger = spawn("sleep", ["300"], { detached: true, stdio: "ignore" });
      try {
        const own = readGroup(paths().pid);
        assert.equal(own, undefined);
        const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
        writeFileSync(paths().pid, `${stranger.pid} 1 ${boot}\n`);
        writeFileSync(paths().command, `${stranger.pid} 1 ${boot}\n`);
        const process = processOf(use);
        assert.equal((await follow(use, process, { signal: AbortSignal.abort("cancelled") })).how, "lost");
        assert.ok(await process.stop("cancelled", use.policy));
        assert.deepEqual(process.sweep(), []);
        assert.deepEqual([stranger.exitCode, stranger.signalCode], [null, null]);
      } finally {
        stranger.kill("SIGKILL");
      }
    });

    test("a stop before the begin forbids it", async () => {
      const process = processOf(use);
      assert.ok(await process.stop("cancelled", use.policy));
      await process.begin(command(`touch ${at("begun")}`));
      await until("the wrapper gives up", () => existsSync(paths().result));
      assert.equal((await follow(use, process)).how, "never-begun");
      assert.equal(process.stopReason, "cancelled");
      assert.ok(!existsSync(at("begun")));
    });

    test("its files are removed when it is forgotten", async () => {
      const process = processOf(use);
      await process.begin(command("true"));
      await follow(use, process);
      process.forget();
      assert.deepEqual(
        Object.values(paths()).filter((file) => existsSync(file)),
        [],
      );
    });
  });
}

const [run, step, program] = ["a run of a job", "a step of a plan", "a program that saves its state"].map((name) => uses[name] as Use);
assert(run && step && program);

test("one that ends with its group is at work as long as anything in the group", async () => {
  const process = processOf(run);
  await process.begin(command(`sh -c 'while [ ! -e ${at("go")} ]; do sleep 0.02; done' & exit 3`));
  await until("the command has ended", () => existsSync(paths().result));
  assert.equal(process.look(), undefined);
  writeFileSync(at("go"), "");
  assert.equal(exitCodeOf(await follow(run, process)), 3);
});

test("one that ends with its command leaves nothing in its group or outside", async () => {
  const process = processOf(step);
  await process.begin(command("sleep 300 & setsid sleep 300 & env -i /bin/sleep 300 & exit 3"));
  const end = await follow(step, process);
  assert.deepEqual([exitCodeOf(end), end.survivors, left(step)], [3, [], []]);
  const group = readGroup(paths().pid);
  assert.ok(group && !isAlive(group));
});

test("a command that ignores SIGTERM is killed after its grace, and a shorter grace counts at once", async () => {
  const process = processOf(step);
  await process.begin(command(`trap '' TERM; touch ${at("begun")}; while :; do sleep 0.1; done`));
  await until("it has begun", () => existsSync(at("begun")));
  let graceMs = 3_600_000;
  const stopping = process.stop("cancelled", { ...term, graceMs: () => graceMs });
  await until("the stop is saved", () => existsSync(paths().stopped));
  assert.equal(process.look(), undefined);
  graceMs = 0;
  assert.ok(await stopping);
  assert.deepEqual(left(step), []);
});

test("the first stop reason stays, and a seal is none", async () => {
  const process = processOf(step);
  assert.equal(process.look(), undefined);
  assert.equal(readFileSync(paths().stopped, "utf8"), SEAL);
  assert.equal(process.stopReason, undefined);
  await process.stop("timed-out", step.policy);
  await process.stop("cancelled", step.policy);
  assert.equal(process.stopReason, "timed-out");
});

test("a policy for the command alone: only the command gets SIGINT, and it may take its time", async () => {
  const process = processOf(program);
  const script = `
    sh -c 'trap "echo child >>${at("heard")}" INT; touch ${at("child")}; while [ ! -e ${at("go")} ]; do sleep 0.02; done' &
    trap 'echo command >>${at("heard")}; touch ${at("saving")}; wait; exit 4' INT
    touch ${at("begun")}
    wait`;
  await process.begin(command(script));
  await until("both have begun", () => existsSync(at("begun")) && existsSync(at("child")));
  const stop = new AbortController();
  const ending = follow(program, process, { signal: stop.signal });
  stop.abort("cancelled");
  await until("the command saves", () => existsSync(at("saving")));
  const its = readGroup(paths().command);
  assert.ok(its && isLeaderAlive(its));
  writeFileSync(at("go"), "");
  const end = await ending;
  assert.deepEqual([end.how, exitCodeOf(end), process.stopReason], ["exited", 4, "cancelled"]);
  assert.equal(text("heard"), "command\n");
});

test("a stop that cannot be saved is reported and tried again, and the process stays at work until then", async () => {
  const process = processOf(step);
  await process.begin(command(`touch ${at("begun")}; exec sleep 300`));
  await until("it has begun", () => existsSync(at("begun")));
  mkdirSync(paths().stopped);
  mkdirSync(join(paths().stopped, "full"));
  const troubles: unknown[] = [];
  const ending = process.ended({
    signal: AbortSignal.abort("cancelled"),
    policy: step.policy,
    onTrouble: (error) => troubles.push(error),
  });
  await until("it was reported", () => troubles.length > 0);
  const group = readGroup(paths().pid);
  assert.ok(group && isLeaderAlive(group));
  rmSync(paths().stopped, { recursive: true });
  await ending;
  assert.equal(process.stopReason, "cancelled");
});

test("an executor that abandons the process stops waiting, and the next executor learns the end", async () => {
  const use = uses["a step of a plan"] as Use;
  const process = processOf(use);
  await process.begin(command(`while [ ! -e ${at("go")} ]; do sleep 0.02; done; exit 7`));
  const abandon = new AbortController();
  const waiting = process.ended({ signal: never, policy: use.policy, onTrouble: fail, abandoned: abandon.signal });
  abandon.abort();
  await assert.rejects(waiting, { name: "AbortError" });
  assert.equal(process.stopReason, undefined);
  assert.equal(process.look(), undefined);
  writeFileSync(at("go"), "");
  assert.equal(exitCodeOf(await follow(use)), 7);
});
