/** Starts a real Nomad, one agent that is server and client, with the program that MUSTER_NOMAD names. */
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../until.ts";
import { freePorts } from "./free-ports.ts";
import { startProgram } from "./started-program.ts";

export const nomadProgram = process.env.MUSTER_NOMAD;
export const withoutNomad: string | false = nomadProgram === undefined && "MUSTER_NOMAD names no Nomad program";

export interface NomadAgent {
  url: string;
  stop(): Promise<void>;
}

/** Tasks outlive the agent, so stop all jobs before. */
export async function startNomadAgent(): Promise<NomadAgent> {
  const folder = await mkdtemp(join(tmpdir(), "muster-nomad-"));
  const [http, rpc, serf] = await freePorts(3);
  const config = {
    name: "n1",
    data_dir: join(folder, "data"),
    bind_addr: "127.0.0.1",
    disable_update_check: true,
    log_level: "WARN",
    // Without these addresses, an agent on the loopback interface does not start.
    advertise: { http: "127.0.0.1", rpc: "127.0.0.1", serf: "127.0.0.1" },
    ports: { http, rpc, serf },
    server: { enabled: true, bootstrap_expect: 1 },
    client: { enabled: true, network_interface: "lo", options: { "driver.allowlist": "raw_exec" } },
    plugin: { raw_exec: { config: { enabled: true } } },
    consul: { auto_advertise: false, client_auto_join: false, server_auto_join: false },
  };
  await writeFile(join(folder, "nomad.json"), JSON.stringify(config));
  const program = startProgram(nomadProgram ?? "nomad", ["agent", `-config=${folder}/nomad.json`]);
  const url = `http://127.0.0.1:${http}`;
  await until("Nomad has a node that is ready", async () => {
    program.checkRunning();
    const answer = await fetch(`${url}/v1/nodes`).catch(() => undefined);
    return answer?.ok === true && ((await answer.json()) as { Status: string }[]).some(({ Status }) => Status === "ready");
  });
  return {
    url,
    stop: async () => {
      await program.stop();
      // The folders of tasks are mounts of their own, which outlive the agent too.
      const mounts = (await readFile("/proc/mounts", "utf8")).split("\n").map((line) => line.split(" ")[1] ?? "");
      for (const mount of mounts.filter((each) => each.startsWith(`${folder}/`))) execFileSync("umount", [mount]);
      await rm(folder, { recursive: true });
    },
  };
}
