/** Blocking queries, the event stream and the output of tasks. */
import assert from "node:assert/strict";
import { jobAllocations } from "../../../../daemon/cluster/nomad/allocations.ts";
import { listJobs } from "../../../../daemon/cluster/nomad/jobs.ts";
import { eventStream } from "../../../../daemon/cluster/nomad/streams/events.ts";
import { followEvents } from "../../../../daemon/cluster/nomad/streams/follow-events.ts";
import { followLog, logEnd } from "../../../../daemon/cluster/nomad/streams/logs.ts";
import { taskOutput } from "../../../../daemon/cluster/nomad/streams/task-output.ts";
import { watch } from "../../../../daemon/cluster/wire/watch.ts";
import { NotFound } from "../../../../daemon/errors/cluster-failures.ts";
import { untilFound } from "../../until.ts";
import type { Case } from "./kit.ts";

export const streamCases: Case[] = [
  {
    name: "a blocking query waits, and a watch sees each state of a job",
    run: async (kit) => {
      const { index } = await listJobs(kit.nomad, "*", kit.call);
      const started = performance.now();
      const same = await listJobs(kit.nomad, "*", { signal: kit.signal, block: { index: index + 1000, waitSeconds: 1 } });
      assert.ok(performance.now() - started >= 900);
      assert.equal(same.knownLeader, true);
      const job = kit.job();
      const end = new AbortController();
      const states: (string | undefined)[] = [];
      for await (const news of watch((read) => jobAllocations(kit.nomad, kit.idOf(job), read), { signal: end.signal, waitSeconds: 30 })) {
        if (news.kind === "failed") throw news.failure;
        if (news.kind !== "value") continue;
        const state = news.value[0]?.ClientStatus;
        if (states.length === 0) await kit.register(job);
        if (state !== states.at(-1) || states.length === 0) states.push(state);
        if (state === "running") end.abort();
      }
      assert.equal(states[0], undefined);
      assert.equal(states.at(-1), "running");
    },
  },
  {
    name: "events begin with a heartbeat, and show what happens to a job",
    run: async (kit) => {
      const job = kit.job();
      const end = new AbortController();
      const { index } = await listJobs(kit.nomad, "*", kit.call);
      const types = new Set<string>();
      let first: number | undefined;
      const wish = { topics: [`Job:${job.ID}`, "Allocation", "Evaluation", "Deployment"], namespace: "*", index: index + 1 };
      for await (const { events } of eventStream(kit.nomad, wish, end.signal)) {
        if (first === undefined) {
          first = events.length;
          await kit.register(job);
        }
        for (const event of events)
          if (event.Key === job.ID || event.FilterKeys.includes(job.ID)) types.add(`${event.Topic}/${event.Type}`);
        // The type of an event names the cause, so a deployment also has events of the type `AllocationUpdated`.
        if (types.has("Allocation/AllocationUpdated") && [...types].some((type) => type.startsWith("Deployment/"))) break;
      }
      assert.equal(first, 0);
      for (const type of ["Job/JobRegistered", "Allocation/PlanResult", "Evaluation/EvaluationUpdated"]) assert.ok(types.has(type), type);
    },
  },
  {
    name: "events are followed from a list on, without those that the list contains",
    run: async (kit) => {
      const before = kit.job();
      await kit.runs(before);
      await kit.deployed(before);
      const job = kit.job();
      const end = new AbortController();
      const kinds: string[] = [];
      const keys: string[] = [];
      const list = () => listJobs(kit.nomad, "*", kit.call);
      for await (const news of followEvents(kit.nomad, { topics: ["Job"], namespace: "*", list, signal: end.signal })) {
        if (news.kind === "failed") throw news.failure;
        kinds.push(news.kind);
        if (news.kind === "listed") assert.ok(news.value.some(({ ID }) => ID === before.ID));
        if (news.kind === "alive" && keys.length === 0) await kit.register(job);
        if (news.kind === "events") keys.push(...news.events.map(({ Key }) => Key));
        if (keys.includes(job.ID)) end.abort();
      }
      assert.deepEqual(kinds.slice(0, 2), ["listed", "listed"]);
      assert.deepEqual([...new Set(keys)], [job.ID]);
    },
  },
  {
    name: "the output of a task is read from its end, and followed in frames",
    run: async (kit) => {
      const job = kit.job({ command: "/bin/sh", args: ["-c", "echo one two; exec sleep 600"] });
      await kit.runs(job);
      const [allocation] = await kit.running(job, 1);
      const place = { allocation: allocation?.ID ?? "", task: "t", output: "stdout" } as const;
      const whole = await untilFound(
        "the task writes",
        async () => (await logEnd(kit.nomad, place, { bytes: 1000 }, kit.call)) || undefined,
      );
      assert.equal(whole, "one two\n");
      assert.equal(await logEnd(kit.nomad, place, { bytes: 4 }, kit.call), "two\n");
      const end = new AbortController();
      for await (const piece of followLog(kit.nomad, place, { origin: "start", offset: 4 }, end.signal)) {
        assert.deepEqual([piece.bytes.toString(), piece.file, piece.event], ["two\n", "alloc/logs/t.stdout.0", ""]);
        break;
      }
      assert.deepEqual(await taskOutput(kit.nomad, place, { bytes: 1000 }, kit.call), { from: "log", text: "one two\n" });
      await assert.rejects(taskOutput(kit.nomad, { ...place, task: "none" }, { bytes: 10 }, kit.call), (error: Error) => {
        return error instanceof NotFound && /has no task none. Its tasks are t$/.test(error.message);
      });
    },
  },
  {
    name: "where a task has no log, its events say why",
    run: async (kit) => {
      const job = kit.job({ type: "batch", command: "/nonexistent/program", args: [] });
      await kit.register(job);
      const { ID } = await kit.ended(job, "failed");
      const output = await taskOutput(kit.nomad, { allocation: ID, task: "t", output: "stderr" }, { bytes: 1000 }, kit.call);
      assert.equal(output.from, "task-events");
      assert.ok(output.from === "task-events" && output.events.some(({ Type }) => Type === "Driver Failure"));
      const unknown = { allocation: "c6fc2698-f670-4e4e-5444-000000000000", task: "t", output: "stdout" } as const;
      await assert.rejects(taskOutput(kit.nomad, unknown, { bytes: 10 }, kit.call), NotFound);
    },
  },
];
