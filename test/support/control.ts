/**
 * The real control process inside this process: real files, a free port, and no executor, so jobs stay
 * queued.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { parseConfig } from "../../daemon/config/config.ts";
import { type Client, createClient } from "../../daemon/contract/client.ts";
import type { Node } from "../../daemon/contract/machines/node.ts";
import { createDataDir, type DataDir, dataDir } from "../../daemon/data-dir.ts";
import { createLog } from "../../daemon/log/log.ts";
import { type Control, startControl } from "../../daemon/processes/control/control.ts";

export interface TestControl {
  control: Control;
  url: string;
  data: DataDir;
  client: Client;
  /** An accepted node and a token for it. */
  newcomer(name: string, mac: string): Promise<{ node: Node; token: string }>;
}

export async function startTestControl(
  t: TestContext,
  { inventory, config: more = "", prepare }: { inventory?: string; config?: string; prepare?(data: DataDir): void } = {},
): Promise<TestControl> {
  const data = dataDir(mkdtempSync(join(tmpdir(), "muster-control-")));
  createDataDir(data);
  if (inventory !== undefined) writeFileSync(data.inventory, inventory, { mode: 0o600 });
  prepare?.(data);
  const config = parseConfig(`control: {host: 127.0.0.1, port: 0, node_networks: [127.0.0.0/8]}\n${more}`, "test");
  const control = await startControl(config, data, {}, createLog("control", process.env.MUSTER_TEST_LOG ?? "silent"));
  t.after(async () => {
    await control.stop();
    rmSync(data.root, { recursive: true });
  });
  const client = createClient({ baseUrl: control.url, headers: () => ({ authorization: `Bearer ${control.firstKey}` }) });
  return {
    control,
    url: control.url,
    data,
    client,
    newcomer: async (name, mac) => ({ node: await client.addNode({ name, mac }), token: (await client.createToken({ node: name })).token }),
  };
}

export interface Report {
  ip_address: string;
  hostname: string;
  token: string;
  mac: string;
  ssh_host_key: string;
  facts?: object;
}

export const hostKey = (of: number | string): string => `ssh-ed25519 ${Buffer.from(`key ${of}`.padEnd(51, ".")).toString("base64")}`;

export async function callHome(url: string, report: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const body = typeof report === "string" ? report : JSON.stringify(report);
  const response = await fetch(`${url}/api/ready-for-provisioning`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
