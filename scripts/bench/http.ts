/**
 * Measures how fast 1, 10 and 100 clients (curl) download a 60 MB initrd from Muster and from nginx with sendfile.
 * Also measures the peak memory of Muster's server.
 * Usage: http.ts [--rounds N] [--quick]. The last line of the output is JSON.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { inOwnNetwork } from "./own-network.ts";

if (!existsSync("/usr/sbin/nginx")) throw new Error("nginx is missing: apt-get install nginx-light");
inOwnNetwork();
const { values } = parseArgs({ options: { rounds: { type: "string" }, quick: { type: "boolean", default: false } } });
const SIZE = 60_000_000;
const CROWDS = [1, 10, 100];
/** A single download is short and easily disturbed, so the measurement with one client is repeated. */
const TIMES = new Map([[1, 9]]);
const ROUNDS = Number(values.rounds ?? (values.quick ? 1 : 5));
/** No round begins after this number of seconds, and a single measurement takes at most this time. */
const ENOUGH_SECONDS = 150;
const LIMIT_SECONDS = 60;

const folder = mkdtempSync("/dev/shm/muster-bench-");
chmodSync(folder, 0o755);
mkdirSync(join(folder, "root/assets"), { recursive: true });
const content = randomBytes(SIZE);
writeFileSync(join(folder, "root/assets/initrd"), content);

const servers = [
  {
    name: "muster",
    port: 8081,
    child: spawn(process.execPath, [join(import.meta.dirname, "http-muster.ts"), join(folder, "root/assets"), "8081"], {
      stdio: "inherit",
    }),
  },
  {
    name: "nginx",
    port: 8082,
    child: spawn("/usr/sbin/nginx", ["-c", nginxConfig(), "-e", join(folder, "nginx.log")], { stdio: "inherit" }),
  },
];
const seconds = new Map<string, number[]>();
let rounds = 0;
try {
  for (const { port } of servers) await answering(port);
  for (const server of servers) verify(server.port);
  for (let round = 1; round <= ROUNDS && performance.now() < ENOUGH_SECONDS * 1000; round++) {
    for (const crowd of CROWDS) {
      // The order of the servers alternates, because the second server always finds the host in another state than
      // the first server.
      for (let time = 0; time < (TIMES.get(crowd) ?? 1); time++) {
        for (const server of (round + time) % 2 === 0 ? servers : servers.toReversed()) {
          const key = `${server.name} ${crowd}`;
          seconds.set(key, [...(seconds.get(key) ?? []), await fetchAll(server.port, crowd)]);
        }
      }
      const told = servers.map(({ name }) => `${name} ${speed(name, crowd).toFixed(0)} MB/s`).join(", ");
      console.error(
        `${Math.round(performance.now() / 1000)} s, load ${loadavg()[0]!.toFixed(1)}: round ${round} of ${ROUNDS}, ${crowd} at once, median so far: ${told}`,
      );
    }
    rounds = round;
  }
  report(residentMost(servers[0]!.child));
} finally {
  for (const { child } of servers) {
    child.kill("SIGTERM");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
  rmSync(folder, { recursive: true });
}

/** Returns Debian's settings for nginx, except the settings that need other files. */
function nginxConfig(): string {
  const file = join(folder, "nginx.conf");
  const server = `server { listen 127.0.0.1:8082; root ${join(folder, "root")}; }`;
  const http = `http { sendfile on; tcp_nopush on; access_log off; default_type application/octet-stream; ${server} }`;
  writeFileSync(
    file,
    `daemon off; user root; worker_processes auto; pid ${join(folder, "nginx.pid")};\nevents { worker_connections 768; }\n${http}\n`,
  );
  return file;
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/assets/initrd`, { method: "HEAD" }).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(`no server answers at port ${port}`);
}

function verify(port: number): void {
  const to = join(folder, "fetched");
  execFileSync("curl", ["-sf", "-o", to, `http://127.0.0.1:${port}/assets/initrd`]);
  if (!readFileSync(to).equals(content)) throw new Error(`port ${port} serves different bytes`);
  rmSync(to);
}

/** One curl process starts all downloads at once. Each download must receive every byte. */
async function fetchAll(port: number, crowd: number): Promise<number> {
  const url = `http://127.0.0.1:${port}/assets/initrd`;
  const each = Array.from({ length: crowd }, () => ["-o", "/dev/null", url]).flat();
  const before = performance.now();
  const curl = spawn("curl", [
    "-sSf",
    "--no-progress-meter",
    "--max-time",
    `${LIMIT_SECONDS}`,
    "--parallel",
    "--parallel-immediate",
    "--parallel-max",
    `${crowd}`,
    "-w",
    "%{size_download}\n",
    ...each,
  ]);
  let sizes = "";
  curl.stdout.on("data", (some) => {
    sizes += some;
  });
  const [code] = await once(curl, "close");
  const whole = sizes.split("\n").filter((size) => size === `${SIZE}`).length;
  if (code !== 0 || whole !== crowd) throw new Error(`port ${port}: ${whole} of ${crowd} downloads are complete, curl exited ${code}`);
  return (performance.now() - before) / 1000;
}

function residentMost(child: ChildProcess): number {
  const kib = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kib) / 1024);
}

function speed(name: string, crowd: number): number {
  const all = (seconds.get(`${name} ${crowd}`) ?? []).toSorted((a, b) => a - b);
  return (crowd * SIZE) / 1e6 / (all[Math.floor(all.length / 2)] ?? Number.NaN);
}

function report(residentMib: number): void {
  console.log("clients   muster MB/s    nginx MB/s   ratio");
  const ratios = CROWDS.map((crowd) => {
    const [ours, theirs] = [speed("muster", crowd), speed("nginx", crowd)];
    console.log(
      `${`${crowd}`.padStart(7)}${ours.toFixed(0).padStart(14)}${theirs.toFixed(0).padStart(14)}${(ours / theirs).toFixed(2).padStart(8)}`,
    );
    return [`http_ratio_${crowd}`, Math.round((ours / theirs) * 100) / 100] as const;
  });
  console.log(`peak memory of muster's server: ${residentMib} MiB`);
  console.log(JSON.stringify({ ...Object.fromEntries(ratios), rss_mb: residentMib, rounds, load: Math.round(loadavg()[0]! * 100) / 100 }));
}
