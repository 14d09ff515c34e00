/** Starts a real Consul server in memory on ports of its own, with one node and a leader. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { clusterPart } from "../../../scripts/suite/cluster/parts.ts";
import { until } from "../until.ts";
import { freePorts } from "./free-ports.ts";
import { type StartedProgram, startProgram } from "./started-program.ts";

/** Pass `skip` to each test that starts Consul. */
export const { path: consulProgram, skip: withoutConsul } = clusterPart("consul");

export interface ConsulAgent {
  url: string;
  /** The token that may do everything, if access control is on. */
  managementToken: string | undefined;
  program: StartedProgram;
  node: string;
}

export interface ConsulWish {
  /** With access control, a request without a token may do nothing. */
  acl?: boolean;
  node?: string;
  /** The HTTP port of an agent that has ended. */
  port?: number;
}

const MANAGEMENT = "00000000-0000-0000-0000-00000000c0de";
const TRIES = 3;

export async function startConsul(t: Pick<TestContext, "after">, wish: ConsulWish = {}): Promise<ConsulAgent> {
  for (let left = TRIES; ; left--) {
    try {
      return await startOnce(t, wish);
    } catch (error) {
      if (left === 1 || !(error instanceof Error && error.message.includes("address already in use"))) throw error;
    }
  }
}

async function startOnce(t: Pick<TestContext, "after">, { acl = false, node = "n1", port }: ConsulWish): Promise<ConsulAgent> {
  const folder = await mkdtemp(join(tmpdir(), "muster-consul-"));
  const [free, server, serf] = await freePorts(3);
  const http = port ?? free;
  const config = {
    node_name: node,
    disable_update_check: true,
    ports: { http, server, serf_lan: serf, serf_wan: -1, dns: -1, grpc: -1 },
    ...(acl && { acl: { enabled: true, default_policy: "deny", tokens: { master: MANAGEMENT } } }),
  };
  await writeFile(join(folder, "consul.json"), JSON.stringify(config));
  const args = ["agent", "-dev", "-bind=127.0.0.1", "-client=127.0.0.1", "-log-level=warn", `-config-file=${folder}/consul.json`];
  const program = startProgram(consulProgram, args);
  t.after(async () => {
    await program.stop();
    await rm(folder, { recursive: true });
  });
  const url = `http://127.0.0.1:${http}`;
  const headers: Record<string, string> = acl ? { "x-consul-token": MANAGEMENT } : {};
  await until("Consul has a leader", async () => {
    program.checkRunning();
    const answer = await fetch(`${url}/v1/health/node/${node}`, { headers }).catch(() => undefined);
    return answer?.ok === true && ((await answer.json()) as unknown[]).length > 0;
  });
  return { url, managementToken: acl ? MANAGEMENT : undefined, program, node };
}
