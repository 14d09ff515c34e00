/**
 * This program runs inside the network of `bench:provision`. The program adds the nodes, then starts 8 processes.
 * These processes call home for the nodes within two seconds. Another process queries the API and reads the inventory
 * until all nodes are ready. The output is one line of JSON.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { createClient } from "../../daemon/contract/client.ts";
import type { CrowdMember, CrowdResult, CrowdTask } from "./provision-nodes.ts";

const BASE = "http://127.0.0.1:8000";
const CALLERS = 8;
const SPREAD_MS = 2000;
const PATIENCE_MS = 600_000;

interface Caller {
  member: CrowdMember;
  mac: string;
  token: string;
}

const [, program = "", role, file = ""] = process.argv;
const headers = (key: string) => ({ authorization: `Bearer ${key}` });
const p99 = (values: number[]) => values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? 0;

if (role === "crowd") console.log(JSON.stringify(await crowd(JSON.parse(readFileSync(file, "utf8")) as CrowdTask)));
else if (role === "caller") process.once("message", (callers: Caller[]) => void callAll(callers));
else process.once("message", (task: CrowdTask) => void watch(task));

async function crowd(task: CrowdTask): Promise<CrowdResult> {
  const { key, members, way } = task;
  const client = createClient({ baseUrl: BASE, headers: () => headers(key) });
  const callers: Caller[] = [];
  if (way === "call-home") {
    for (const [index, member] of members.entries()) {
      const mac = `52:54:00:be:${(index >> 8).toString(16).padStart(2, "0")}:${(index & 255).toString(16).padStart(2, "0")}`;
      await client.addNode({ name: member.name, mac });
      callers.push({ member, mac, token: (await client.createToken({ node: member.name })).token });
    }
  }
  const watcher = fork(program, ["watcher"]);
  watcher.send(task);
  const began = Date.now();
  const took: number[] = [];
  if (way === "reprovision") await Promise.all(members.map(({ name }) => client.reprovisionNode({ node: name })));
  else took.push(...(await callFrom(callers)));
  const names = new Set(members.map(({ name }) => name));
  for (;;) {
    const nodes = (await client.listNodes()).filter(({ name }) => names.has(name));
    const busy = nodes.filter(({ state }) => state.phase === "called-home" || state.phase === "configuring");
    if (busy.length > 0 && Date.now() - began < PATIENCE_MS) {
      await sleep(200);
      continue;
    }
    const seconds = (Date.now() - began) / 1000;
    const ready = nodes.filter(({ state }) => state.phase === "ready").length;
    const jobs = await client.listJobs({ limit: 1000 });
    const runs = new Set(jobs.filter(({ nodeName }) => names.has(nodeName)).map(({ run }) => run)).size;
    const seen = once(watcher, "message");
    watcher.send("stop");
    const [watched] = (await seen) as [Pick<CrowdResult, "apiP99Ms" | "apiRequests" | "inventoryReads" | "inventoryInvalid">];
    return { seconds, ready, runs, callHomeP99Ms: p99(took), ...watched };
  }
}

async function callFrom(callers: Caller[]): Promise<number[]> {
  const parts = Array.from({ length: CALLERS }, (_, index) => callers.filter((__, at) => at % CALLERS === index));
  const told = parts.map(async (part) => {
    const child = fork(program, ["caller"]);
    const died = once(child, "exit").then(() => {
      throw new Error("a process that calls home ended without its result");
    });
    const answer = once(child, "message");
    child.send(part);
    return ((await Promise.race([answer, died])) as [number[]])[0];
  });
  return (await Promise.all(told)).flat();
}

/** Calls home as a node does, and retries after a second if the status is not 202. */
async function callAll(callers: Caller[]): Promise<void> {
  const took = await Promise.all(
    callers.map(async ({ member, mac, token }, index) => {
      await sleep((index * SPREAD_MS) / callers.length);
      const hostKey = member.hostKey ?? `ssh-ed25519 ${Buffer.from(member.name.padEnd(51, ".")).toString("base64")}`;
      const body = JSON.stringify({ ip_address: member.address, hostname: member.name, token, mac, ssh_host_key: hostKey });
      const began = performance.now();
      for (let tries = 1; tries <= 30; tries++) {
        const response = await fetch(`${BASE}/api/ready-for-provisioning`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
        const said = await response.text();
        if (response.status === 202) return performance.now() - began;
        console.error(`${member.name}: ${response.status} ${said}`);
        await sleep(1000);
      }
      throw new Error(`the daemon never accepted the call-home of ${member.name}`);
    }),
  );
  process.send?.(took);
  process.disconnect();
}

/** Queries the API in the same way as an open web page. Also reads the inventory, which other programs may read at any time. */
async function watch({ key, inventory }: CrowdTask): Promise<void> {
  let on = true;
  process.once("message", () => {
    on = false;
  });
  const took: number[] = [];
  const paths = ["/api/nodes", "/health", "/api/jobs?limit=50", "/api/status"];
  let [reads, invalid] = [0, 0];
  while (on) {
    const began = performance.now();
    const response = await fetch(`${BASE}${paths[took.length % paths.length]}`, { headers: headers(key) });
    await response.text();
    took.push(performance.now() - began);
    reads += 1;
    try {
      const { all } = parse(readFileSync(inventory, "utf8"), { version: "1.1" }) as { all?: { children?: object } };
      if (!all?.children || !("worker_nodes" in all.children)) invalid += 1;
    } catch {
      invalid += 1;
    }
    await sleep(20);
  }
  process.send?.({ apiP99Ms: p99(took), apiRequests: took.length, inventoryReads: reads, inventoryInvalid: invalid });
  process.disconnect();
}
