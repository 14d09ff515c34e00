/** Runs this program again in a network namespace of its own, where no port is taken and nothing leaves. */
import { execFileSync, spawnSync } from "node:child_process";

const MARK = "MUSTER_BENCH_NETWORK";

export function inOwnNetwork(): void {
  if (process.env[MARK]) {
    execFileSync("ip", ["link", "set", "lo", "up"]);
    // With nothing but 127/8, getaddrinfo tells tftpd-hpa that there is no IPv4.
    execFileSync("ip", ["address", "add", "10.77.69.1/32", "dev", "lo"]);
    return;
  }
  const { status, error } = spawnSync("unshare", ["--net", "--kill-child", process.execPath, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: { ...process.env, [MARK]: "1" },
  });
  if (error) console.error(`a network namespace is needed, and root for it: ${error.message}`);
  process.exit(status ?? 2);
}
