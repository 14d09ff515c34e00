/**
 * Runs `muster doctor` for the control process, because that process must not start programs. The doctor runs in a
 * separate process, because some of its checks block.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import type { DoctorNews } from "../../admin/doctor-asking.ts";
import { newsOf } from "./doctor-output.ts";

const program = join(import.meta.dirname, "../../main.ts");
const PATIENCE_MS = 60_000;

export function doctorRunner(configFile: string, dataRoot: string, env: NodeJS.ProcessEnv): () => Promise<DoctorNews> {
  let running: Promise<DoctorNews> | undefined;
  const run = () =>
    new Promise<DoctorNews>((resolve) => {
      const args = [...process.execArgv, program, "doctor", "--json", "--config", configFile, "--data", dataRoot];
      execFile(process.execPath, args, { env: ordinary(env), timeout: PATIENCE_MS, maxBuffer: 1024 * 1024 }, (error, stdout) => {
        resolve(newsOf(stdout, error));
      });
    });
  return () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** Returns the environment without the variables that only control may have. */
const ordinary = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    ["PATH", "HOME", "LANG", "TZ", "NODE_OPTIONS"].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
