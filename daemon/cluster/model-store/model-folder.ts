/**
 * Reads the folder with the models, which is a part of the assets folder. Each model is a file NAME.gguf. Next to it is the
 * record NAME.json, which `muster model add` writes after it has verified the file.
 */
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { Model, ModelName } from "../../contract/cluster/model.ts";
import type { StoredModel } from "../../contract/cluster/stored-model.ts";
import { explain, hasCode } from "../../errors/errors.ts";

/** `modifiedMs` is the time of the last change of the file, by which a later change is recognised. */
export const ModelRecord = Model.extend({ modifiedMs: z.int() });

const MOST_MODELS = 1000;
const MOST_RECORD_BYTES = 1_000_000;

export const modelsFolder = (assets: string): string => join(assets, "models");
export const modelFile = (assets: string, name: string): string => join(modelsFolder(assets), `${name}.gguf`);
export const recordFile = (assets: string, name: string): string => join(modelsFolder(assets), `${name}.json`);

/** A hidden file, which the boot HTTP server never sends. The number is the id of the process that writes the file. */
export const partialName = (name: string, pid: number): string => `.${name}.${pid}.partial`;
export const partialIn = (file: string): { name: string; pid: number } | undefined => {
  const [, name, pid] = /^\.(.+)\.(\d{1,10})\.partial$/.exec(file) ?? [];
  return name === undefined ? undefined : { name, pid: Number(pid) };
};

/** Returns the models by name, then the files that are not complete. */
export async function listModels(assets: string): Promise<StoredModel[]> {
  const files = await readdir(modelsFolder(assets)).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  const names = new Set(files.flatMap((file) => /^([^.].*)\.(?:gguf|json)$/.exec(file)?.[1] ?? []));
  const partial = files.flatMap((file) => partialIn(file)?.name ?? []);
  const models = await Promise.all(
    [...names]
      .sort()
      .slice(0, MOST_MODELS)
      .map((name) => inspectModel(assets, name)),
  );
  return [...models, ...partial.slice(0, MOST_MODELS).map((name) => damaged(name, "it is being added, or its addition was interrupted"))];
}

async function inspectModel(assets: string, name: string): Promise<StoredModel> {
  const named = ModelName.safeParse(name);
  if (!named.success) return damaged(name, `its name ${named.error.issues[0]?.message}`);
  try {
    const file = await lstat(modelFile(assets, name)).catch(absentAsUndefined);
    if (file === undefined) return damaged(name, `its file ${name}.gguf is missing`);
    if (!file.isFile()) return damaged(name, `${name}.gguf is not a regular file`);
    const text = await recordText(recordFile(assets, name));
    if (text === undefined) return damaged(name, "it was never verified, because it was copied here without `muster model add`");
    const { modifiedMs, ...model } = ModelRecord.parse(JSON.parse(text));
    if (model.name !== name) return damaged(name, `its record ${name}.json is of the model ${model.name}`);
    if (file.size !== model.shape.bytes) return damaged(name, `its file has ${file.size} bytes instead of ${model.shape.bytes}`);
    if (Math.trunc(file.mtimeMs) !== modifiedMs) return damaged(name, "its file was changed after it was verified");
    return { state: "stored", path: `/assets/models/${name}.gguf`, ...model };
  } catch (error) {
    const unreadable = error instanceof z.ZodError || error instanceof SyntaxError;
    return damaged(name, unreadable ? `its record ${name}.json is damaged` : explain(error));
  }
}

async function recordText(file: string): Promise<string | undefined> {
  const stats = await lstat(file).catch(absentAsUndefined);
  if (stats === undefined) return undefined;
  if (!stats.isFile() || stats.size > MOST_RECORD_BYTES) throw new SyntaxError("no record");
  return readFile(file, "utf8");
}

const damaged = (name: string, reason: string): StoredModel => ({ state: "damaged", name, reason });

const isAbsent = (error: unknown): boolean => hasCode(error, "ENOENT");

function absentAsUndefined(error: unknown): undefined {
  if (!isAbsent(error)) throw error;
}
