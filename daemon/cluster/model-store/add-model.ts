/** Adds a model to the folder of the control node. The file gets its name only after it was verified as a whole. */
import { chmod, link, mkdir, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Model } from "../../contract/cluster/model.ts";
import { MusterError } from "../../errors/errors.ts";
import { readGguf } from "../models/gguf.ts";
import { removeLeftovers } from "./leftovers.ts";
import { listModels, ModelRecord, modelFile, modelsFolder, partialName, recordFile } from "./model-folder.ts";
import { isAddress, nameFor, openSource } from "./model-source.ts";
import { type Receiving, receiveModel } from "./receive-model.ts";

export interface WantedModel {
  /** A path, or a web address. */
  source: string;
  sha256?: string | undefined;
  name?: string | undefined;
  mostBytes: number;
}

export interface Adding extends Omit<Receiving, "mostBytes"> {
  assets: string;
}

/** `added` is false if the same content was stored before. */
export async function addModel(wanted: WantedModel, adding: Adding): Promise<{ model: Model; added: boolean }> {
  const { source, sha256 } = wanted;
  if (isAddress(source) && sha256 === undefined)
    throw new MusterError("REQUEST_INVALID", "--sha256: is required for a web address, because the answer could be another file");
  const name = wanted.name ?? nameFor(source);
  const known = sha256 && (await storedBefore(adding.assets, wanted.name, name, sha256));
  if (known) return { model: known, added: false };
  const opened = await openSource(source, adding.signal);
  const folder = modelsFolder(adding.assets);
  const partial = join(folder, partialName(name, process.pid));
  try {
    // The header of a file is read before the long copy too.
    if (!isAddress(source)) await readGguf(source);
    await mkdir(folder, { recursive: true, mode: 0o750 });
    await removeLeftovers(folder);
    const found = await receiveModel(opened, partial, { ...adding, mostBytes: wanted.mostBytes });
    if (sha256 !== undefined && found !== sha256)
      throw new MusterError("MODEL_INVALID", `the content of ${opened.shown} has the SHA-256 ${found} instead of ${sha256}`);
    const same = await storedBefore(adding.assets, wanted.name, name, found);
    if (same) return { model: same, added: false };
    const shape = await readGguf(partial).catch(nameSource(opened.shown, partial));
    const model = { name, sha256: found, addedAt: new Date().toISOString(), shape };
    await commit(adding.assets, partial, model);
    return { model, added: true };
  } finally {
    await opened.close();
    await rm(partial, { force: true });
    await rm(`${partial}.json`, { force: true });
  }
}

/** Throws if the name belongs to another content. A damaged file gives up its name. */
async function storedBefore(assets: string, asked: string | undefined, name: string, sha256: string): Promise<Model | undefined> {
  const stored = (await listModels(assets)).filter((model) => model.state === "stored");
  const same = stored.find((model) => model.sha256 === sha256);
  if (same && (asked === undefined || asked === same.name)) return Model.parse(same);
  if (same) throw new MusterError("MODEL_EXISTS", `the same content is already stored as ${same.name}`);
  if (stored.some((model) => model.name === name)) throw new MusterError("MODEL_EXISTS", `the name ${name} belongs to another content`);
  return undefined;
}

/** The record follows the file. A file without a record counts as damaged. */
async function commit(assets: string, partial: string, model: Model): Promise<void> {
  await chmod(partial, 0o640); // the group of the folder reads it, whatever the mask of the shell is
  const record = ModelRecord.parse({ ...model, modifiedMs: Math.trunc((await stat(partial)).mtimeMs) });
  await writeFile(`${partial}.json`, JSON.stringify(record), { mode: 0o640, flush: true });
  await chmod(`${partial}.json`, 0o640);
  await rm(recordFile(assets, model.name), { force: true });
  await rm(modelFile(assets, model.name), { force: true });
  await link(partial, modelFile(assets, model.name)).catch((cause: unknown) => {
    throw new MusterError("MODEL_EXISTS", `the model ${model.name} cannot get its name`, { cause });
  });
  await rename(`${partial}.json`, recordFile(assets, model.name));
  const folder = await open(modelsFolder(assets), "r");
  await folder.sync().finally(() => folder.close());
}

/** An error about the header names the source instead of the temporary file. */
const nameSource =
  (source: string, partial: string) =>
  (error: unknown): never => {
    if (error instanceof MusterError) throw new MusterError(error.code, error.message.replaceAll(partial, source));
    throw error;
  };
