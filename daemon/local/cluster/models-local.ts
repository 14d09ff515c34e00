/** Implements `muster model add` and `muster model remove`, which change the folder of models on the control node. */
import { CommandFailure } from "../../cli/failure.ts";
import type { ModelRequest } from "../../cli/local-commands.ts";
import { addModel } from "../../cluster/model-store/add-model.ts";
import { removeModel } from "../../cluster/model-store/remove-model.ts";
import { openNomad } from "../../cluster/nomad/nomad.ts";
import { clusterAccess } from "../../config/cluster-access.ts";
import { loadConfig } from "../../config/config.ts";
import type { Model } from "../../contract/cluster/model.ts";
import { createDataDir, type DataDir } from "../../data-dir.ts";
import { requireOurs } from "../control-node.ts";
import { transferProgress } from "./transfer-progress.ts";

export async function addLocally(data: DataDir, request: ModelRequest): Promise<{ model: Model; added: boolean }> {
  createDataDir(data);
  requireOurs(data.assets);
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.on("SIGINT", stop).on("SIGTERM", stop);
  const progress = transferProgress(process.stderr);
  try {
    return await addModel(request, { assets: data.assets, signal: stopped.signal, progress: progress.show });
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    throw new CommandFailure("INTERRUPTED", "the command was stopped before the model was complete", "Nothing was stored. Run it again.");
  } finally {
    progress.end();
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

/** Returns the jobs that use the model. */
export async function removeLocally(data: DataDir, configFile: string | undefined, name: string, force: boolean): Promise<string[]> {
  requireOurs(data.assets);
  const access = configFile === undefined ? undefined : clusterAccess(loadConfig(configFile).cluster, "nomad");
  const nomad = access && openNomad(access);
  try {
    return await removeModel(data.assets, name, { nomad, force });
  } finally {
    await nomad?.close();
  }
}
