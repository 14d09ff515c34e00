/** Builds the executor process from the configuration. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Config } from "../../config/config.ts";
import { runVariables } from "../../config/run-variables.ts";
import type { DataDir } from "../../data-dir.ts";
import { type Executor, startExecutor } from "../../executor/server.ts";
import { ansibleDirectory } from "../../jobs/playbooks/ansible-directory.ts";
import { secretsIn } from "../../jobs/playbooks/playbooks.ts";
import type { Log } from "../../log/log.ts";
import { planSettings } from "./plan-settings.ts";

export async function startExecutorProcess(config: Config, data: DataDir, log: Log, env: NodeJS.ProcessEnv): Promise<Executor> {
  const extraVars = join(data.executor, "vars.json");
  const vars = JSON.stringify(runVariables(config));
  // The file is written only if its content changed, because the executor must also start on a full disk.
  if (!existsSync(extraVars) || readFileSync(extraVars, "utf8") !== vars) await writeFileAtomic(extraVars, vars, { mode: 0o600 });
  return startExecutor({
    socketPath: data.executorSocket,
    jobsDir: data.jobs,
    log,
    outputLimitBytes: config.jobs.ansible.output_mib * 1024 * 1024,
    outputDays: config.jobs.ansible.output_days,
    power: config.machines.power,
    plans: planSettings(config, data, env),
    ansible: {
      directory: ansibleDirectory(config.jobs),
      inventory: data.inventory,
      knownHosts: data.knownHosts,
      home: data.executor,
      extraVars,
      secretVariables: secretsIn(ansibleDirectory(config.jobs)),
    },
  });
}
