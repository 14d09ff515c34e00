/** The whole daemon in its own network, for tests that use it from outside. */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LabDaemon, type LabDaemonOptions, startDaemon } from "../../scripts/lab/daemon.ts";
import { createNetwork, type LabNetwork } from "../../scripts/lab/network.ts";

export interface TestDaemon {
  folder: string;
  network: LabNetwork;
  daemon: LabDaemon;
  /** Content of `ipxe/undionly.kpxe`: random bytes of the real size. */
  loader: Buffer;
  stop(): Promise<void>;
}

export async function startTestDaemon(
  options: Partial<Omit<LabDaemonOptions, "folder" | "dataDir">> & { before?: (network: LabNetwork) => Promise<void> } = {},
): Promise<TestDaemon> {
  const folder = mkdtempSync(join(tmpdir(), "muster-test-"));
  const dataDir = join(folder, "data");
  const loader = randomBytes(71_137);
  mkdirSync(join(dataDir, "assets/ipxe"), { recursive: true });
  for (const name of ["undionly.kpxe", "snponly.efi"]) writeFileSync(join(dataDir, "assets/ipxe", name), loader);
  const network = createNetwork();
  const stop = async (daemon?: LabDaemon) => {
    await daemon?.stop();
    network.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await options.before?.(network);
    const daemon = await startDaemon(network, { folder, dataDir, dhcp: "full", mirror: `http://${network.address}/debian`, ...options });
    return { folder, network, daemon, loader, stop: () => stop(daemon) };
  } catch (error) {
    await stop();
    throw error;
  }
}
