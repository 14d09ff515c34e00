/**
 * Measures the time to plan, decide, record and queue a proposal, and whether this time grows with the queue. No
 * executor runs.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuditLog } from "../../../daemon/audit/log.ts";
import type { Changes } from "../../../daemon/changes/changes.ts";
import { parseConfig } from "../../../daemon/config/config.ts";
import { Proposal } from "../../../daemon/contract/changes/plan.ts";
import { dataDir } from "../../../daemon/data-dir.ts";
import { createLog } from "../../../daemon/log/log.ts";
import { InventoryFile } from "../../../daemon/machines/inventory/file.ts";
import { governed } from "../../../daemon/processes/control/changes.ts";
import { openStores, type Stores } from "../../../daemon/store/stores.ts";

const FLEET = 100;
/** An API key can have at most this number of open approval requests, so several keys create the requests. */
const QUESTIONS_OF_ONE = 20;

export function measureProposals({ quick }: { quick: boolean }): Record<string, number> {
  const count = quick ? 1000 : 10_000;
  const looks = run(count, (desk, number) => desk.propose(look(number), { keyId: "bench", name: "bench", role: "operator" }));
  const questions = run(count / 10, (desk, number) => {
    const name = `bench-${Math.floor(number / QUESTIONS_OF_ONE)}`;
    desk.propose(change(number), { keyId: name, name, role: "operator" });
  });
  const figures = {
    proposals_queued: count,
    proposals_per_second: rounded((count / looks.sum) * 1000),
    proposal_p50_ms: rounded(at(looks.times, 0.5)),
    proposal_p99_ms: rounded(at(looks.times, 0.99)),
    proposal_p99_first_thousand_ms: rounded(at(looks.times.slice(0, 1000), 0.99)),
    proposal_p99_last_thousand_ms: rounded(at(looks.times.slice(-1000), 0.99)),
    question_p99_first_hundred_ms: rounded(at(questions.times.slice(0, 100), 0.99)),
    question_p99_last_hundred_ms: rounded(at(questions.times.slice(-100), 0.99)),
  };
  console.error(
    `proposals: ${count} read-only plans queued, ${figures.proposals_per_second} a second: p50 ${figures.proposal_p50_ms} ms, p99 ${figures.proposal_p99_ms} ms ` +
      `(first thousand ${figures.proposal_p99_first_thousand_ms} ms, last ${figures.proposal_p99_last_thousand_ms} ms); of ${count / 10} approval requests, ` +
      `p99 of the first hundred ${figures.question_p99_first_hundred_ms} ms, of the last ${figures.question_p99_last_hundred_ms} ms`,
  );
  return figures;
}

/**
 * Creates the proposals in an instance of `Changes`. It has the same tool forms, rules, database settings and
 * inventory file as in the control process.
 */
function run(count: number, propose: (desk: Changes, number: number) => void): { times: number[]; sum: number } {
  const data = dataDir(mkdtempSync(join(process.env.MUSTER_BENCH_DIR ?? tmpdir(), "muster-bench-proposals-")));
  const stores = openStores(data.database);
  try {
    const inventory = new InventoryFile(data.inventory);
    fill(stores, inventory.path);
    const executor = { connected: false, send: () => false };
    const [config, log, audit] = [parseConfig("{}", "bench"), createLog("bench", "silent"), new AuditLog(stores.db)];
    const act = async () => "done";
    const { desk } = governed({ config, env: {}, stores, audit, executor, inventory, act, data, log });
    const times = Array.from({ length: count }, (_, number) => {
      const before = performance.now();
      propose(desk, number);
      return performance.now() - before;
    });
    const waiting = stores.executions.queue().length + stores.approvals.live().length;
    if (waiting !== count) throw new Error(`${count} proposals, but ${waiting} of them are queued or wait for approval`);
    return { times, sum: times.reduce((sum, time) => sum + time, 0) };
  } finally {
    stores.db.close();
    rmSync(data.root, { recursive: true });
  }
}

function fill({ registry }: Stores, inventory: string): void {
  const names = Array.from({ length: FLEET }, (_, index) => `n${index}`);
  for (const [index, name] of names.entries()) {
    const at = new Date().toISOString();
    const facts = { manufacturer: "Dell Inc.", product: "PowerEdge R630", serial: `S${index}`, cpus: 32, memoryMb: 131_072 };
    registry.add(
      {
        id: `id-${index}`,
        name,
        macs: [`52:54:00:00:00:${index.toString(16).padStart(2, "0")}`],
        state: { phase: "ready", since: at },
        address: `10.0.0.${index + 1}`,
        facts,
        createdAt: at,
        updatedAt: at,
      },
      { source: "control", type: "node.ready", summary: "added by the benchmark" },
    );
  }
  const hosts = (some: string[]) => `      hosts:\n${some.map((name) => `        ${name}: {}\n`).join("")}`;
  const children = ["worker_nodes", "prod"].map((group) => `    ${group}:\n${hosts(names)}`).join("");
  writeFileSync(inventory, `all:\n  children:\n${children}`);
}

/** Each proposal is different, because two equal proposals would become one plan. */
const look = (number: number): Proposal =>
  Proposal.parse({
    goal: { kind: "tool", tool: "journal", parameters: { lines: (number % 5000) + 1 } },
    targets: [`n${Math.floor(number / 5000)}`],
    reason: "check its health",
  });

const change = (number: number): Proposal =>
  Proposal.parse({
    goal: { kind: "tool", tool: "service_restart", parameters: { unit: `u${number}.service` } },
    targets: [`n${number % FLEET}`],
    reason: "it hangs",
  });

const at = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
