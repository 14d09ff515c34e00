/** A job's output over the live feed and over HTTP, from the real engine and a real file. */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ServerFrame } from "../../../../daemon/contract/frame.ts";
import type { ProvisioningStatus } from "../../../../daemon/contract/machines/call-home.ts";
import { JobEngine } from "../../../../daemon/jobs/engine.ts";
import { createLog } from "../../../../daemon/log/log.ts";
import { redact } from "../../../../daemon/log/redact.ts";
import { type Served, serve } from "../../../support/dhcp/served.ts";
import { until } from "../../../support/until.ts";
import { addNode } from "../../../support/world.ts";

interface WithJob {
  served: Served;
  engine: JobEngine;
  id: string;
  folder: string;
  write(text: string): void;
  end(): void;
}

async function withJob(t: TestContext): Promise<WithJob> {
  const jobsDir = mkdtempSync(join(tmpdir(), "muster-api-output-"));
  t.after(() => rmSync(jobsDir, { recursive: true }));
  const served: Served = await serve(t, {
    pace: { pollMs: 5, heartbeatMs: 60_000, authorizeMs: 60_000 },
    output: (id, after) => engine.output(id, after),
    ends: (id, mostBytes) => engine.ends(id, mostBytes),
  });
  const engine: JobEngine = new JobEngine({
    ...served.world,
    executor: { connected: false, send: () => false },
    jobsDir,
    playbook: "playbook.yaml",
    limits: { runs: 1, waveSize: 1, gatherMs: 0, quietMs: 0 },
    deadlineSeconds: { ansible: 60 },
    log: createLog("test", "silent"),
    redact,
    onFailure: async () => undefined,
  });
  const { id } = engine.provision(addNode(served.world, { phase: "ready", since: new Date().toISOString() }, "n1"), "test");
  mkdirSync(join(jobsDir, id));
  return {
    served,
    engine,
    id,
    folder: join(jobsDir, id),
    write: (text) => appendFileSync(join(jobsDir, id, "output.log"), text),
    end: () => void engine.cancel(id, "test"),
  };
}

test("a secret that is written in two halves is never shown, neither half", async (t) => {
  const { served, id, write, end } = await withJob(t);
  const socket = served.listen({ authorization: `Bearer ${served.key("viewer")}` });
  t.after(() => socket.terminate());
  let seen = "";
  let ended = false;
  socket.on("open", () => socket.send(JSON.stringify({ type: "watch", jobId: id })));
  socket.on("message", (data: Buffer) => {
    const frame = ServerFrame.parse(JSON.parse(data.toString()));
    if (frame.type !== "log") return;
    seen += frame.text;
    ended ||= frame.end;
  });
  for (const piece of [
    "TASK [one]\npassword: hun",
    "ter2hunter2\n-----BEGIN RSA PRIV",
    "ATE KEY-----\nMIIEpAIBAAKCAQEA\n",
    "MIIEpAIBAAKCAQEB\n",
    "-----END RSA PRIVATE KEY-----\nTASK [two]\nhalf a li",
  ]) {
    write(piece);
    await sleep(60); // so that most chunks are sent separately
  }
  await until("the visible output arrives", () => seen.includes("TASK [two]\n"));
  assert.equal(seen, "TASK [one]\npassword: [redacted]\n[redacted]\nTASK [two]\n");
  end();
  await until("the end is reported", () => ended);
  assert.equal(seen, "TASK [one]\npassword: [redacted]\n[redacted]\nTASK [two]\nhalf a li");
});

test("asked for over HTTP from any offset, a key stays hidden, and the offsets lead through the whole", async (t) => {
  const { served, id, write, end } = await withJob(t);
  const lines = Array.from({ length: 30_000 }, (_, n) => `line ${n} of many\n`).join("");
  const hidden = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n";
  write(`${hidden}${lines}`);
  end();
  const key = served.key("viewer");
  const ask = async (after: number) =>
    (await served.request(`/api/jobs/${id}/output?after=${after}`, { key })).body as { text: string; next: number; end: boolean };
  assert.ok(!(await ask(35)).text.includes("MIIE"), "an offset inside the key");
  let text = "";
  for (let after = 0, over = false; !over; ) {
    const slice = await ask(after);
    text += slice.text;
    [after, over] = [slice.next, slice.end];
  }
  assert.equal(text, `[redacted]\n${lines}`);

  const { body } = await served.request("/api/provisioning/status/n1", { key });
  assert.equal((body as ProvisioningStatus).log, text, "the documented status holds all of it");
});

const hidden = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n";
const many = (count: number) => Array.from({ length: count }, (_, n) => `line ${n} of mäny\n`).join("");

test("in one answer a long output has its beginning and its end, and a line that says what is left out and where it is", async (t) => {
  const { served, id, write, end } = await withJob(t);
  const lines = `${many(20_000)}${hidden}${many(200_000)}`;
  write(lines);
  end();
  const key = served.key("viewer");
  for (const [path, most] of [
    ["/api/provisioning/status/n1", 1024 * 1024],
    ["/api/provisioning/status", 256 * 1024],
  ] as const) {
    const { body } = await served.request(path, { key });
    const status = (path.endsWith("n1") ? body : (body as Record<string, unknown>).n1) as ProvisioningStatus;
    const [, first = "", left = "", where = "", last = ""] =
      /^([^[]*(?:\[redacted\][^[]*)?)\[muster: (\d+) bytes are left out here; (.*)\]\n([^[]*)$/s.exec(status.log) ?? assert.fail(path);
    const shown = Buffer.byteLength(first.replace("[redacted]\n", hidden)) + Buffer.byteLength(last);
    assert.equal(shown + Number(left), Buffer.byteLength(lines), "not a byte is unaccounted for");
    assert.ok(shown <= most && shown > most * 0.9, `${shown} of ${most}`);
    assert.ok(lines.startsWith(first.replace("[redacted]\n", hidden)) && lines.endsWith(last) && last.startsWith("line "));
    assert.equal(where, `GET /api/jobs/${id}/output and \`muster job ${id} --follow\` show everything`);
  }
});

test("an end that begins inside a private key shows nothing of it", async (t) => {
  const { served, write, end } = await withJob(t);
  const secret = `-----BEGIN RSA PRIVATE KEY-----\n${"MIIEpAIBAAKCAQEA\n".repeat(100)}-----END RSA PRIVATE KEY-----\n`;
  const after = many(100_000).slice(0, 512 * 1024 - 800);
  write(`${many(60_000)}${secret}`);
  write(after.replaceAll("ä", "a"));
  end();
  const { log } = (await served.request("/api/provisioning/status/n1", { key: served.key("viewer") })).body as ProvisioningStatus;
  assert.match(log, /bytes are left out here/);
  assert.ok(!log.includes("MIIE"));
});

test("others are answered between the slices of a long output", async (t) => {
  const { engine, id, write, end } = await withJob(t);
  write(many(200_000));
  end();
  let turns = 0;
  let next = setImmediate(function again() {
    turns += 1;
    next = setImmediate(again);
  });
  t.after(() => clearImmediate(next));
  await engine.ends(id, 1024 * 1024);
  assert.ok(turns >= 4, `${turns} turns of the event loop`);
});

test("a deleted output is reported as deleted, and only a deleted one", async (t) => {
  const { served, engine, id, folder, write, end } = await withJob(t);
  write("ok: [n1]\n");
  end();
  rmSync(folder, { recursive: true });
  // The same state as after a full disk prevented the folder.
  assert.deepEqual(await engine.output(id, 0), { text: "", next: 0, end: true });
  const job = served.world.jobs.find(id) ?? assert.fail("no job");
  const longAgo = new Date(Date.now() - 8 * 86_400_000).toISOString();
  served.world.jobs.save({ ...job, startedAt: longAgo, endedAt: longAgo });
  const { text, next } = await engine.output(id, 0);
  assert.equal(text, "[muster: the output of this job was removed; jobs.ansible.output_days sets how long output is kept]\n");
  assert.deepEqual(await engine.output(id, next), { text: "", next, end: true });
  const { log } = (await served.request("/api/provisioning/status/n1", { key: served.key("viewer") })).body as ProvisioningStatus;
  assert.equal(log, text);
});
