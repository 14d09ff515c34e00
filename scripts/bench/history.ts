/**
 * Measures control with the history of years: 500,000 ended jobs and 2,000,000 events. Prints the 99th percentile of the job list
 * (`jobs_p99_ms`), of `/metrics` (`metrics_p99_ms`) and of `/health` at the same time (`health_p99_ms`). `first_metrics_ms` is the
 * first scrape after a start, which counts the whole history. Usage: npm run bench:history -- [JOBS] [EVENTS]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../daemon/config/config.ts";
import { createClient } from "../../daemon/contract/client.ts";
import { createDataDir, dataDir } from "../../daemon/data-dir.ts";
import { createLog } from "../../daemon/log/log.ts";
import { startControl } from "../../daemon/processes/control/control.ts";
import { openStores } from "../../daemon/store/stores.ts";

const [jobs = 500_000, events = 2_000_000] = process.argv.slice(2).map(Number);
const NODES = 100;
const ASKED = 300;
/** The first requests also compile the program. */
const WARM_UP = 50;

const data = dataDir(mkdtempSync(join(tmpdir(), "muster-history-")));
createDataDir(data);
try {
  fill();
  const control = await startControl(
    parseConfig("admin: { control: { host: 127.0.0.1, port: 0 } }", "bench"),
    data,
    {},
    createLog("control", "silent"),
  );
  try {
    await measure(control.url, control.firstKey ?? "");
  } finally {
    await control.stop();
  }
} finally {
  rmSync(data.root, { recursive: true });
}

function fill(): void {
  const { db, registry } = openStores(data.database);
  const [start, end] = [Date.now() - 210 * 86_400_000, Date.now() - 60_000];
  const at = (share: number) => new Date(start + (end - start) * share).toISOString();
  for (let n = 0; n < NODES; n++) {
    const macs = [`52:54:00:00:00:${n.toString(16).padStart(2, "0")}`];
    const times = { createdAt: at(0), updatedAt: at(0) };
    registry.add(
      { id: `id-${n}`, name: `n${n}`, macs, state: { phase: "accepted" }, facts: {}, ...times },
      { source: "control", type: "node.discovered", summary: "bench" },
    );
  }
  db.pragma("synchronous = OFF");
  const job = db.prepare(
    `INSERT INTO jobs (id, kind, purpose, playbook, node_id, node_name, status, attempt, requested_by, created_at, started_at, ended_at, result)
     VALUES (?, 'ansible', 'look', 'look.yaml', ?, ?, 'succeeded', 1, 'schedule', ?, ?, ?, '{"summary":"ok"}')`,
  );
  const event = db.prepare(
    "INSERT INTO events (at, source, type, summary, node_id, job_id) VALUES (?, 'control', ?, 'a step of the job', ?, ?)",
  );
  db.transaction(() => {
    for (let n = 0; n < jobs; n++) job.run(`job-${n}`, `id-${n % NODES}`, `n${n % NODES}`, at(n / jobs), at(n / jobs), at(n / jobs));
    for (let n = 0; n < events; n++) {
      const of = Math.floor((n / events) * jobs);
      event.run(at(n / events), n % 4 === 3 ? "job.succeeded" : "job.step", `id-${of % NODES}`, `job-${of}`);
    }
  })();
  db.close();
}

async function measure(url: string, key: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}` };
  const client = createClient({ baseUrl: url, headers: () => headers });
  const timed = async (ask: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await ask();
    return performance.now() - began;
  };
  const metrics = async () => void (await (await fetch(`${url}/metrics`, { headers })).text());
  const health = async () => void (await (await fetch(`${url}/health`)).text());

  const waits: number[] = [];
  let measuring = true;
  const watch = (async () => {
    while (measuring) {
      waits.push(await timed(health));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  const first = await timed(metrics);
  const [listed, scraped]: [number[], number[]] = [[], []];
  for (let n = 0; n < WARM_UP; n++) await client.listJobs({ limit: 50 });
  for (let n = 0; n < ASKED; n++) {
    listed.push(await timed(() => client.listJobs({ limit: 50 })));
    scraped.push(await timed(metrics));
  }
  measuring = false;
  await watch;
  const p99 = (all: number[]) => Math.round((all.toSorted((one, other) => one - other)[Math.floor(all.length * 0.99)] ?? 0) * 10) / 10;
  const figures = {
    jobs_p99_ms: p99(listed),
    metrics_p99_ms: p99(scraped),
    health_p99_ms: p99(waits),
    first_metrics_ms: Math.round(first),
  };
  process.stdout.write(`${JSON.stringify({ jobs, events, ...figures })}\n`);
}
