/**
 * Runs `muster doctor` for the control process, because that process must not start programs. The doctor runs in a
 * separate process, because some of its checks block.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import * as z from "zod";
import type { DoctorNews } from "../../admin/doctor-asking.ts";
import { Check } from "../../contract/admin/doctor.ts";
import { explain } from "../../errors/errors.ts";

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

/**
 * Returns the result of the doctor from its output. The exit code is ignored, because the doctor exits with 1
 * if a check fails.
 */
function newsOf(stdout: string, error: Error | null): DoctorNews {
  try {
    return { type: "doctor-done", examination: { at: new Date().toISOString(), checks: z.array(Check).parse(JSON.parse(stdout)) } };
  } catch (cause) {
    return { type: "doctor-failed", reason: explain(error ?? cause).split("\n")[0] ?? "" };
  }
}

/** Returns the environment without the variables that only control may have. */
const ordinary = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    ["PATH", "HOME", "LANG", "TZ", "NODE_OPTIONS"].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
