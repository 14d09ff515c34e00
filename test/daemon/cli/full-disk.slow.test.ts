/** Commands whose output does not fit: the exit code is 1, standard error says why, and no file looks complete. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { environment } from "./muster.ts";

const program = join(import.meta.dirname, "../../../daemon/main.ts");

/** A limit for the size of files has the same effect as a nearly full disk: a short write, then an error. */
const LIMITED = "trap '' XFSZ; ulimit -f 4; exec \"$@\"";
const UNLIMITED = 'exec "$@"';

interface Ran {
  code: number | null;
  err: string;
  out: string;
}

async function run(shell: string, args: string[], env: NodeJS.ProcessEnv = {}, stdout: number | "pipe" = "pipe"): Promise<Ran> {
  const child = spawn("bash", ["-c", shell, "bash", process.execPath, program, ...args], {
    env: environment(env),
    stdio: ["ignore", stdout, "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout?.on("data", (bytes) => {
    out += bytes;
  });
  child.stderr?.on("data", (bytes) => {
    err += bytes;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, err, out };
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "muster-full-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

const record = (seq: number) => `${JSON.stringify({ record: { seq, summary: "x".repeat(600) } })}\n`;

/** Answers as control does: an audit with 70 records in two pages, and the packets of one machine. */
async function startControl(t: TestContext): Promise<NodeJS.ProcessEnv> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://x");
    if (url.pathname === "/api/audit/export") {
      const after = Number(url.searchParams.get("after"));
      const from = after >= 70 ? [] : Array.from({ length: 35 }, (_, at) => record(after + at + 1));
      response.setHeader("content-type", "application/x-ndjson").end(from.join(""));
    } else response.setHeader("content-type", "application/vnd.tcpdump.pcap").end(Buffer.alloc(20_000, 1));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { MUSTER_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, MUSTER_KEY: "k" };
}

const commands = [["key", "generate", "--json"], ["--help"], ["policy", "rules", "--json"]];

for (const args of commands) {
  test(`muster ${args.join(" ")} with a full disk as standard output fails and says why`, async () => {
    const full = openSync("/dev/full", "w");
    const { code, err } = await run(UNLIMITED, args, {}, full);
    closeSync(full);
    assert.equal(code, 1, err);
    assert.match(err, /the answer could not be written: no space left/);
  });
}

test("an answer that is cut by a nearly full disk fails", async (t) => {
  const file = join(folder(t), "rules.json");
  const descriptor = openSync(file, "w");
  const { code, err } = await run(LIMITED, ["policy", "rules", "--json"], {}, descriptor);
  closeSync(descriptor);
  assert.equal(statSync(file).size, 4096, "the answer is too short for this test");
  assert.equal(code, 1);
  assert.match(err, /the answer could not be written/);
});

test("an answer that fits is complete, and a reader that closes the pipe early is no failure", async (t) => {
  const file = join(folder(t), "rules.json");
  const descriptor = openSync(file, "w");
  assert.deepEqual(await run(UNLIMITED, ["policy", "rules", "--json"], {}, descriptor), { code: 0, err: "", out: "" });
  closeSync(descriptor);
  assert(Array.isArray(JSON.parse(readFileSync(file, "utf8"))));
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell replaces it
  const piped = await run('"$@" | head -c 1; echo " ${PIPESTATUS[0]}"', ["policy", "rules", "--json"]);
  assert.deepEqual([piped.out, piped.err], ["[ 0\n", ""]);
});

test("an export of the audit that does not fit fails, claims nothing and leaves no file", async (t) => {
  const place = folder(t);
  const env = await startControl(t);
  const { code, err, out } = await run(LIMITED, ["audit", "--export", join(place, "x.ndjson")], env);
  assert.deepEqual([code, out], [1, ""]);
  assert.match(err, /--export: .*x\.ndjson could not be written/);
  assert.deepEqual(readdirSync(place), []);

  const again = await run(UNLIMITED, ["audit", "--export", join(place, "x.ndjson")], env);
  assert.equal(again.code, 0, again.err);
  assert.match(again.out, /70 records are in/);
  assert.equal(readFileSync(join(place, "x.ndjson"), "utf8").split("\n").length, 71);
  assert.equal(statSync(join(place, "x.ndjson")).mode & 0o777, 0o600);
  assert.equal((await run(UNLIMITED, ["audit", "--export", join(place, "x.ndjson")], env)).code, 2, "an earlier export is overwritten");
});

test("a capture that does not fit leaves the earlier file as it was, and devices and links stay what they are", async (t) => {
  const place = folder(t);
  const env = await startControl(t);
  const file = join(place, "n1.pcap");
  writeFileSync(file, "earlier");
  symlinkSync(file, join(place, "link"));
  const cut = await run(LIMITED, ["capture", "n1", "-o", file], env);
  assert.equal(cut.code, 1);
  assert.match(cut.err, /-o: .*could not be written/);
  assert.equal(readFileSync(file, "utf8"), "earlier");
  assert.deepEqual(readdirSync(place).sort(), ["link", "n1.pcap"]);

  assert.equal((await run(UNLIMITED, ["capture", "n1", "-o", join(place, "link")], env)).code, 0);
  assert.equal(statSync(file).size, 20_000);
  const full = await run(UNLIMITED, ["capture", "n1", "-o", "/dev/full"], env);
  assert.equal(full.code, 1);
  assert.match(full.err, /no space left/);
  assert(statSync("/dev/full").isCharacterDevice());
});

test("a voter's key that does not fit leaves no file that prevents the next attempt", async (t) => {
  const file = join(folder(t), "voter.json");
  const env = { MUSTER_VOTER_KEY: file };
  const cut = await run("trap '' XFSZ; ulimit -f 0; exec \"$@\"", ["voter", "keygen", "--name", "bea"], env);
  assert.equal(cut.code, 1);
  assert(!existsSync(file), "an incomplete key is left");
  assert.equal((await run(UNLIMITED, ["voter", "keygen", "--name", "bea"], env)).code, 0);
});
