/** The role llama_cpp installs a real llama.cpp from an HTTP server, as a node does from the control node. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { clusterPart } from "../../scripts/suite/cluster/parts.ts";
import { clusterConfiguration } from "./cluster-configuration.ts";

const llama = clusterPart("llama.cpp");
const { skip } = llama;
const folder = (cluster: { folder: string }, host: string) => join(cluster.folder, host, "llama.cpp");

/** Serves an archive of the real programs. Their number differs with `level`, and so does the checksum. */
async function serve(t: TestContext, level: number): Promise<{ llama_cpp_url: string; llama_cpp_sha256: string }> {
  const place = mkdtempSync(join(tmpdir(), "muster-archive-"));
  t.after(() => rmSync(place, { recursive: true }));
  const file = join(place, "llama.cpp.tar.gz");
  execFileSync("tar", ["-C", dirname(dirname(llama.path)), "-I", `gzip -n${level}`, "-cf", file, "bin"]);
  const body = readFileSync(file);
  const server = createServer((_request, response) => response.end(body)).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { llama_cpp_url: `http://127.0.0.1:${port}/llama.cpp.tar.gz`, llama_cpp_sha256: createHash("sha256").update(body).digest("hex") };
}

/** The number of the real build, as `llama-server --version` prints it. */
const buildOf = (program: string): string => {
  const text = execFileSync("/bin/sh", ["-c", '"$0" --version 2>&1', program], { encoding: "utf8" });
  return /build[ :]+(\d+)/.exec(text)?.[1] ?? /version: (\d+)/.exec(text)?.[1] ?? "";
};

test("the programs are installed once, in one build, and a wrong archive changes nothing", { skip }, async (t) => {
  const archive = await serve(t, 1);
  const cluster = clusterConfiguration(t, {
    controllers: 1,
    roles: ["llama_cpp"],
    variables: {
      llama_cpp_user: "root",
      llama_cpp_build: buildOf(llama.path),
      llama_cpp_folder: "{{ playbook_dir }}/{{ inventory_hostname }}/llama.cpp",
      ...archive,
    },
  });
  for (const host of ["c1", "w1", "w2"]) mkdirSync(join(cluster.folder, host));
  await cluster.write();
  const bin = join(folder(cluster, "w1"), "bin");
  for (const name of ["llama-server", "ggml-rpc-server", "rpc-server", "llama-bench", "muster-model-head"])
    assert(existsSync(join(bin, name)), name);
  assert.equal(realpathSync(join(bin, "rpc-server")), realpathSync(join(bin, "ggml-rpc-server")));
  assert(!readlinkSync(bin).startsWith("/"), "the link also holds in the folder of a task");
  const second = await cluster.write();
  assert.deepEqual(new Set(Object.values(second.changed)), new Set([0]), second.output);

  const other = await serve(t, 9);
  const refused = await cluster.run({ ...archive, llama_cpp_url: other.llama_cpp_url, llama_cpp_sha256: "0".repeat(64) });
  assert.equal(refused.code, 1);
  assert.match(refused.output, /checksum/i);
  const wrong = await cluster.run({ ...other, llama_cpp_build: "4567" });
  assert.equal(wrong.code, 1);
  assert.match(wrong.output, /llama_cpp_build is 4567, but the archive contains: version: /);
  assert.equal(realpathSync(bin), join(folder(cluster, "w1"), "builds", archive.llama_cpp_sha256, "bin"), "the earlier programs stay");

  await cluster.write(other);
  assert.deepEqual(readdirSync(join(folder(cluster, "w1"), "builds")), [other.llama_cpp_sha256], "the earlier programs are removed");
});

test("different builds on two nodes are refused", { skip }, async (t) => {
  const cluster = clusterConfiguration(t, {
    controllers: 1,
    roles: ["llama_cpp"],
    variables: {
      llama_cpp_build: "{{ '4567' if inventory_hostname == 'w1' else '4568' }}",
      llama_cpp_url: "http://127.0.0.1:1/unused",
      llama_cpp_sha256: "0".repeat(64),
    },
  });
  const { code, output } = await cluster.run();
  assert.equal(code, 1);
  assert.match(output, /different values of llama_cpp_build: 4568, 4567/);
});
