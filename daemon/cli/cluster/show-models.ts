/** Formats models for a terminal. */
import type { Model } from "../../contract/cluster/model.ts";
import type { StoredModel } from "../../contract/cluster/stored-model.ts";
import { ago, paint, table } from "../print.ts";

export function showModels(models: readonly StoredModel[]): string {
  if (models.length === 0) return "No model is stored. Add one on the control node: muster model add FILE";
  const good = models.filter((model) => model.state === "stored");
  const damaged = models.flatMap((model) => (model.state === "damaged" ? [paint("red", `damaged: ${model.name}: ${model.reason}`)] : []));
  const next = damaged.length === 0 ? [] : ["Add a damaged model again with `muster model add`, or remove it with `muster model remove`."];
  return [...(good.length === 0 ? [] : [modelTable(good)]), ...damaged, ...next].join("\n");
}

const modelTable = (models: readonly Model[]): string =>
  table(
    [
      ...[{ title: "NAME", least: 12 }, { title: "SIZE" }, { title: "KIND" }, { title: "TYPE" }, { title: "LAYERS" }],
      ...[{ title: "CONTEXT" }, { title: "ADDED" }, { title: "SHA-256", least: 12 }],
    ],
    models.map(({ name, shape, addedAt, sha256 }) => [
      ...[name, size(shape.bytes), shape.architecture, shape.quantisation, String(shape.layers)],
      ...[String(shape.contextTokens), ago(addedAt), sha256],
    ]),
  );

export const showModel = ({ shape, sha256 }: Model): string =>
  `${shape.title}: ${size(shape.bytes)}, ${shape.architecture}, ${shape.quantisation}, ${shape.layers} layers, context of ${shape.contextTokens} tokens
SHA-256 ${sha256}`;

/** GB have 1,000,000,000 bytes, as in the names of disks. */
export const size = (bytes: number): string => (bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);
