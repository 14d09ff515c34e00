/** Plans a stored model for the nodes that are ready. */
import { Model, type ModelPlanAnswer } from "../../contract/cluster/model.ts";
import type { StoredModel } from "../../contract/cluster/stored-model.ts";
import type { Node } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import { memoryOfNodes } from "./node-memory.ts";
import { planModel } from "./plan.ts";

/** The job files have the same default. */
const DEFAULT_CONTEXT = 4096;

export function planStored(
  stored: readonly StoredModel[],
  fleet: readonly Pick<Node, "name" | "state" | "facts">[],
  name: string,
  asked: number | undefined,
): ModelPlanAnswer {
  const model = requireModel(stored, name);
  const trained = model.shape.contextTokens;
  if (asked !== undefined && asked > trained)
    throw new MusterError("REQUEST_INVALID", `context: ${name} was trained for a context of at most ${trained} tokens`);
  const nodes = memoryOfNodes(fleet);
  const known = nodes.flatMap(({ node, freeMb }) => (freeMb === undefined ? [] : [{ node, freeMb }]));
  const others = stored.flatMap((each) => (each.state === "stored" ? [Model.parse(each)] : []));
  return { plan: planModel(model, asked ?? Math.min(DEFAULT_CONTEXT, trained), known, others), nodes };
}

function requireModel(stored: readonly StoredModel[], name: string): Model {
  const found = stored.find((model) => model.name === name);
  if (!found) throw new MusterError("MODEL_NOT_FOUND", `no model ${name} is stored`);
  if (found.state === "damaged") throw new MusterError("MODEL_INVALID", `the stored model ${name} is damaged: ${found.reason}`);
  return Model.parse(found);
}
