/** The job files, read by HashiCorp's own HCL parser. A real Nomad plans them in `plan.long.test.ts`. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { parse } from "@cdktf/hcl2json";

const folder = join(import.meta.dirname, "../../nomad-jobs");
const names = readdirSync(folder).sort();
const textOf = (name: string) => readFileSync(join(folder, name), "utf8");

interface Block {
  [key: string]: unknown;
}
type Named = Record<string, Block[]>;
interface JobFile {
  variables: Map<string, Block>;
  job: Block;
  groups: Map<string, Block>;
}

const files = new Map<string, JobFile>();
before(async () => {
  for (const name of names) {
    const { variable = {}, job = {} } = (await parse(name, textOf(name))) as { variable?: Named; job?: Named };
    const [only] = Object.values(job).flat();
    assert(only, `${name} has a job`);
    files.set(name, { variables: firstOf(variable), job: only, groups: firstOf(only.group as Named) });
  }
});

const firstOf = (blocks: Named) => new Map(Object.entries(blocks).map(([name, [block]]) => [name, block ?? {}]));
const fileOf = (name: string): JobFile => {
  const file = files.get(name);
  assert(file, `${name} is read`);
  return file;
};
const blocksIn = (block: Block, key: string): Block[] => (block[key] as Block[] | undefined) ?? [];
const taskOf = (file: JobFile, group: string): Block => {
  const [task] = Object.values((file.groups.get(group)?.task ?? {}) as Named).flat();
  assert(task, `the group ${group} has a task`);
  return task;
};
const commandOf = (task: Block) => (blocksIn(task, "config")[0] ?? {}) as { command?: string; args?: string[] };

test("the folder contains the documented jobs", () => {
  assert.deepEqual(names, ["expert.nomad", "llama-benchmark.nomad", "llamacpp-rpc.nomad", "primacpp.nomad"]);
});

for (const name of names) {
  describe(name, () => {
    test("each variable has a type and a description", () => {
      for (const [variable, { type, description }] of fileOf(name).variables) {
        assert(type, `${variable} has a type`);
        assert.match(String(description), /^[A-Z].*\.$/, variable);
      }
    });

    test("each service is in Consul with a check, and its port is assigned by Nomad", () => {
      for (const [group, block] of fileOf(name).groups) {
        for (const service of blocksIn(block, "service")) {
          assert.equal(service.provider, "consul", group);
          const hasCheck = blocksIn(service, "check").length === 1;
          assert(hasCheck || String(service.name).endsWith("-ring"), `${service.name} has a check`);
          const ports = Object.keys(blocksIn(block, "network")[0]?.port ?? {});
          assert(ports.includes(String(service.port)), `${service.name} has a port`);
        }
      }
    });

    test("a service job has rules for updates, restarts and rescheduling", () => {
      const { job, groups } = fileOf(name);
      if (job.type !== "service") return;
      assert.equal(blocksIn(job, "update")[0]?.auto_revert, true);
      for (const [group, block] of groups) {
        assert.equal(blocksIn(block, "restart")[0]?.mode, "delay", group);
        const [reschedule] = blocksIn(block, "reschedule");
        // Nomad refuses a delay of less than 5 s.
        assert.deepEqual([reschedule?.unlimited, reschedule?.delay], [true, "30s"], group);
      }
    });

    test("each task has its own memory and processor share, and runs as an unprivileged user by default", () => {
      const file = fileOf(name);
      for (const group of file.groups.keys()) {
        const task = taskOf(file, group);
        const [resources] = blocksIn(task, "resources");
        assert(resources?.memory && resources.cpu, group);
        assert.equal(task.user, `\${var.user}`);
      }
      assert.equal(file.variables.get("user")?.default, "nobody");
      assert.equal(file.variables.get("driver")?.default, "exec");
    });

    test("no service listens on all interfaces or on loopback", () => {
      assert.doesNotMatch(textOf(name).replaceAll(`"http://127.0.0.1:8500"`, ""), /0\.0\.0\.0|127\.0\.0\.1|localhost|\[::\]/);
    });
  });
}

test("the cluster's model is the expert with names of its own", () => {
  const [expert, rpc] = [fileOf("expert.nomad"), fileOf("llamacpp-rpc.nomad")];
  const namesOfIt = { job_name: "llamacpp-rpc", service_name: "llama-cpp-api", worker_count: 2 };
  assert.deepEqual([...expert.variables.keys()], [...rpc.variables.keys()]);
  for (const [name, block] of expert.variables) {
    const own = namesOfIt[name as keyof typeof namesOfIt];
    assert.deepEqual(rpc.variables.get(name), own === undefined ? block : { ...block, default: own }, name);
  }
  assert.deepEqual(rpc.job, expert.job);
});

test("an expert needs names, so that no expert replaces another by accident", () => {
  const { variables } = fileOf("expert.nomad");
  assert.deepEqual(
    [...variables].filter(([, block]) => !("default" in block)).map(([name]) => name),
    ["job_name", "model_list", "service_name"],
  );
});

test("workers run the RPC server, and the head runs with the list of workers", () => {
  const file = fileOf("llamacpp-rpc.nomad");
  const worker = commandOf(taskOf(file, "worker"));
  assert.deepEqual(
    [worker.command, worker.args],
    [`\${var.bin}/ggml-rpc-server`, ["--host", `\${NOMAD_IP_rpc}`, "--port", `\${NOMAD_PORT_rpc}`]],
  );
  const { args = [] } = commandOf(taskOf(file, "head"));
  assert.equal(args[0], `\${var.bin}/muster-model-head`);
  assert.equal(args[args.indexOf("--host") + 1], `\${NOMAD_IP_api}`);
  const head = readFileSync(join(folder, "../ansible/roles/llama_cpp/files/muster-model-head"), "utf8");
  assert.match(head, /"--rpc"/);
  assert.doesNotMatch(head, /--rpc-servers|nomad service/);
});

test("one worker runs on each node, and its check never connects to it", () => {
  const worker = fileOf("llamacpp-rpc.nomad").groups.get("worker") ?? {};
  assert.equal(blocksIn(worker, "constraint")[0]?.operator, "distinct_hosts");
  assert.equal(blocksIn(blocksIn(worker, "service")[0] ?? {}, "check")[0]?.type, "script");
});

test("the ring of prima.cpp closes: the next node of the last is the first, and no node is always its own next", () => {
  const { variables, groups } = fileOf("primacpp.nomad");
  assert.deepEqual(
    ["job_name", "service_name", "node_count"].map((name) => variables.get(name)?.default),
    ["prima-cluster", "prima-master", 1],
  );
  assert(!("default" in (variables.get("model_path") ?? {})), "the model must be named");
  const [template] = blocksIn(taskOf({ variables, job: {}, groups }, "ring"), "template");
  for (const flag of ["--world", "--rank", "--master", "--next"]) assert.match(String(template?.data), new RegExp(flag));
  assert.match(String(template?.data), /modulo \$\{var\.node_count\} \(add \$rank 1\)/);
});

test("a measurement is not repeated, and its result is JSON", () => {
  const file = fileOf("llama-benchmark.nomad");
  assert.equal(file.job.type, "batch");
  const bench = file.groups.get("bench") ?? {};
  assert.deepEqual([blocksIn(bench, "restart")[0]?.attempts, blocksIn(bench, "reschedule")[0]?.attempts], [0, 0]);
  assert.equal(commandOf(taskOf(file, "bench")).args?.at(-1), "json");
});

test("the longest allowed names of services fit into 63 characters", () => {
  const longest = { "expert.nomad": [56, "-worker"], "llamacpp-rpc.nomad": [56, "-worker"], "primacpp.nomad": [58, "-ring"] } as const;
  for (const [name, [length, suffix]] of Object.entries(longest)) {
    assert.equal(length + suffix.length, 63);
    assert.match(textOf(name), new RegExp(`strlen\\(var\\.service_name\\) <= ${length} `));
    assert.match(textOf(name), new RegExp(`var\\.service_name}${suffix}"`));
  }
});
