/** Restarts this program in its own network namespace, where every port is free and no packet leaves the host. */
import { execFileSync, spawnSync } from "node:child_process";

const MARK = "MUSTER_BENCH_NETWORK";

export function inOwnNetwork(): void {
  if (process.env[MARK]) {
    execFileSync("ip", ["link", "set", "lo", "up"]);
    // If 127.0.0.0/8 were the only network, getaddrinfo would report to tftpd-hpa that IPv4 is missing.
    execFileSync("ip", ["address", "add", "10.77.69.1/32", "dev", "lo"]);
    return;
  }
  const { status, error } = spawnSync("unshare", ["--net", "--kill-child", process.execPath, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: { ...process.env, [MARK]: "1" },
  });
  if (error) console.error(`this needs a network namespace, and root to make one: ${error.message}`);
  process.exit(status ?? 2);
}
