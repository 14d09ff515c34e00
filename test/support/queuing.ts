/** The real engine over the real stores. Without an executor its jobs stay queued. */
import { type EngineParts, JobEngine } from "../../daemon/jobs/engine.ts";
import { createLog } from "../../daemon/log/log.ts";
import { openWorld, type World } from "./world.ts";

export interface Engineless {
  world: World;
  engine: JobEngine;
}

export function queuing(world = openWorld(), parts: Partial<EngineParts> = {}): Engineless {
  const engine = new JobEngine({
    ...world,
    executor: { connected: false, send: () => false },
    jobsDir: "/nonexistent",
    playbook: "playbook.yaml",
    limits: { runs: 1, waveSize: 1, gatherMs: 0, quietMs: 0 },
    deadlineSeconds: { ansible: 60 },
    log: createLog("test", "silent"),
    redact: (text) => text,
    onFailure: async () => undefined,
    ...parts,
  });
  return { world, engine };
}
