/** The head of a model with a real Consul, a real llama.cpp, a real small model and real RPC workers. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { clusterPart } from "../../scripts/suite/cluster/parts.ts";
import { type ConsulAgent, startConsul, withoutConsul } from "../support/cluster/consul-agent.ts";
import { freePorts } from "../support/cluster/free-ports.ts";
import { type StartedProgram, startProgram } from "../support/cluster/started-program.ts";
import { until, untilFound } from "../support/until.ts";

const llama = clusterPart("llama.cpp");
const model = clusterPart("model");
const skip = withoutConsul || llama.skip || model.skip;
const bin = dirname(llama.path);
const program = join(import.meta.dirname, "../../ansible/roles/llama_cpp/files/muster-model-head");
const SERVICE = "expert-test-worker";

interface State {
  model: string;
  workers: string[];
  wanted: number;
  recovered_s: number | null;
}

class Bench {
  readonly consul: ConsulAgent;
  readonly #t: TestContext;
  readonly #folder = mkdtempSync(join(tmpdir(), "muster-head-"));

  constructor(t: TestContext, consul: ConsulAgent) {
    this.consul = consul;
    this.#t = t;
    t.after(() => rmSync(this.#folder, { recursive: true }));
  }

  async worker(port: number, build?: string): Promise<StartedProgram> {
    const args = ["--host", "127.0.0.1", "--port", String(port), "--threads", "1"];
    const worker = startProgram(join(bin, "ggml-rpc-server"), args, { env: { ...process.env, GGML_NO_BACKTRACE: "1" } });
    this.#t.after(() => worker.kill());
    await until("the worker listens", () => worker.output().includes("Starting RPC server") || worker.output().includes("endpoint"));
    await this.#put("/v1/agent/service/register", {
      Name: SERVICE,
      ID: `worker-${port}`,
      Address: "127.0.0.1",
      Port: port,
      ...(build !== undefined && { Meta: { build } }),
      Check: { TTL: "24h", Status: "passing" },
    });
    return worker;
  }

  head(port: number, models: { name: string; file: string }[], workers: number, more: string[] = []): StartedProgram {
    const list = join(this.#folder, "models.json");
    writeFileSync(list, JSON.stringify(models));
    const args = ["--job", "test", "--models", list, "--worker-service", SERVICE, "--workers", String(workers), "--host", "127.0.0.1"];
    const head = startProgram(
      "/usr/bin/python3",
      [program, ...args, "--port", String(port), "--context", "512", "--bin", bin, "--pause", "0.5", ...more],
      { env: { PATH: "/usr/bin:/bin", CONSUL_HTTP_ADDR: this.consul.url } },
    );
    this.#t.after(() => head.stop());
    return head;
  }

  async state(head: StartedProgram, holds: (state: State) => boolean = () => true): Promise<State> {
    return untilFound("the head reports its state", async () => {
      head.checkRunning();
      const answer = await fetch(`${this.consul.url}/v1/kv/muster/model/test?raw`);
      const state = answer.ok ? ((await answer.json()) as State) : undefined;
      return state && holds(state) ? state : undefined;
    });
  }

  async activeModel(): Promise<string> {
    return (await fetch(`${this.consul.url}/v1/kv/active_model/test?raw`)).text();
  }

  async #put(path: string, body: unknown): Promise<void> {
    const answer = await fetch(`${this.consul.url}${path}`, { method: "PUT", body: JSON.stringify(body) });
    assert(answer.ok, await answer.text());
  }
}

const small = { name: "small", file: model.path };
const start = async (t: TestContext) => new Bench(t, await startConsul(t));
const healthOf = async (port: number) => (await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined))?.status;

async function completion(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ messages: [{ role: "user", content: "Hi" }], max_tokens: 4 }),
  });
  const { choices } = (await answer.json()) as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content ?? "";
}

test("a lost worker ends the head's server at once, and both answer again together", { skip }, async (t) => {
  const bench = await start(t);
  const [port = 0, first = 0, second = 0] = await freePorts(3);
  const lost = await bench.worker(first);
  await bench.worker(second);
  const planned = ["--offload", "21", "--split", "11,10", "--", "-lv", "4"];
  const head = bench.head(port, [{ name: "broken", file: "/nonexistent.gguf" }, small], 2, planned);
  const { model, workers } = await bench.state(head);
  assert.deepEqual([model, workers], ["small", [`127.0.0.1:${first}`, `127.0.0.1:${second}`].sort()]);
  assert.equal(await bench.activeModel(), "small", "the model after the broken one is active");
  assert.match(head.output(), /offloaded 21\/31 layers/);
  assert((head.output().match(/RPC\S+ model buffer size/g) ?? []).length >= 2, "each worker holds layers");
  assert.notEqual(await completion(port), "");

  await lost.kill();
  await until("the server of the head is away", async () => (await healthOf(port)) !== 200);
  await bench.worker(first);
  const again = await bench.state(head, ({ recovered_s }) => recovered_s !== null);
  assert.equal(again.workers.length, 2, head.output());
  assert.notEqual(await completion(port), "");
});

test("without workers the head runs the model alone, after it has waited", { skip }, async (t) => {
  const bench = await start(t);
  const [port = 0] = await freePorts(1);
  const head = bench.head(port, [small], 2, ["--tries", "3"]);
  const state = await bench.state(head);
  assert.deepEqual([state.workers, state.wanted], [[], 2]);
  for (const number of [1, 2, 3]) assert.match(head.output(), new RegExp(`0 of 2 workers pass \\(try ${number} of 3\\)`));
  assert.notEqual(await completion(port), "");
  await head.stop();
  assert.equal(await healthOf(port), undefined, "a stopped head leaves no server behind");
});

test("a worker with another build of llama.cpp is left out, and so is one that is gone but still passes", { skip }, async (t) => {
  const bench = await start(t);
  const [port = 0, foreign = 0, gone = 0] = await freePorts(3);
  await bench.worker(foreign, "1");
  await (await bench.worker(gone)).kill();
  const head = bench.head(port, [small], 2, ["--tries", "2"]);
  assert.deepEqual((await bench.state(head)).workers, []);
  assert.match(head.output(), new RegExp(`127\\.0\\.0\\.1:${foreign} has build 1 of llama\\.cpp, and this head has \\d+: it is left out`));
});

test("if no model becomes healthy, the head ends with an error", { skip }, async (t) => {
  const bench = await start(t);
  const [port = 0] = await freePorts(1);
  const head = bench.head(port, [{ name: "broken", file: "/nonexistent.gguf" }], 0);
  await until("the head ends", () => {
    try {
      head.checkRunning();
      return false;
    } catch (error) {
      assert.match(String(error), /\(1\)/);
      return true;
    }
  });
  assert.match(head.output(), /no model of the list became healthy/);
});

test("the head never listens on all interfaces", { skip: withoutConsul }, async (t) => {
  const bench = await start(t);
  const head = startProgram("/usr/bin/python3", [
    program,
    "--job",
    "x",
    "--models",
    "/dev/null",
    "--worker-service",
    SERVICE,
    "--host",
    "0.0.0.0",
    "--port",
    "1",
  ]);
  t.after(() => head.stop());
  await until("the head refuses", () => head.output().includes("--host must be one address of the cluster's network"));
  assert.equal(await bench.activeModel(), "");
});
