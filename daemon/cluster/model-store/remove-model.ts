/** Removes a model from the folder of the control node, unless a job of Nomad uses the model. */
import { rm } from "node:fs/promises";
import { explain, MusterError } from "../../errors/errors.ts";
import type { Nomad } from "../nomad/nomad.ts";
import { removeLeftovers } from "./leftovers.ts";
import { listModels, modelFile, modelsFolder, recordFile } from "./model-folder.ts";
import { jobsWithModel } from "./model-users.ts";

export interface Removal {
  /** Undefined if no Nomad is configured. */
  nomad: Nomad | undefined;
  /** Removes the model although a job uses it, or although Nomad does not answer. */
  force: boolean;
}

/** Returns the jobs that use the model. Without `force`, the list is empty. */
export async function removeModel(assets: string, name: string, { nomad, force }: Removal): Promise<string[]> {
  // Only a name from the folder becomes a part of a path.
  if (!(await listModels(assets)).some((model) => model.name === name))
    throw new MusterError("MODEL_NOT_FOUND", `no model ${name} is stored`);
  const users = nomad ? await usersOf(nomad, name, force) : [];
  if (users.length > 0 && !force) throw new MusterError("MODEL_IN_USE", `${name} is used by ${users.join(", ")}`);
  // A file without a record counts as damaged, so an interrupted removal leaves no model that seems to be good.
  await rm(recordFile(assets, name), { force: true });
  await rm(modelFile(assets, name), { force: true });
  await removeLeftovers(modelsFolder(assets));
  return users;
}

async function usersOf(nomad: Nomad, name: string, force: boolean): Promise<string[]> {
  try {
    return await jobsWithModel(nomad, name, { signal: new AbortController().signal });
  } catch (error) {
    if (force) return [];
    throw new MusterError("MODEL_IN_USE", `Nomad does not say which jobs use ${name} (${explain(error)})`);
  }
}
