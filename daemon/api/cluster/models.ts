/** Defines the routes about the models that the control node stores. */
import { planStored } from "../../cluster/models/plan-stored.ts";
import type { StoredModel } from "../../contract/cluster/stored-model.ts";
import type { Node } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import type { Mount } from "../mount.ts";

export interface ModelsApi {
  storedModels(): Promise<StoredModel[]>;
  nodes: { list(): Node[] };
}

export function modelsApi(mount: Mount, { storedModels, nodes }: ModelsApi): void {
  mount(routes.listModels, () => storedModels());
  mount(routes.planModel, async ({ model, context }) => planStored(await storedModels(), nodes.list(), model, context));
}
