/** Defines the routes about the models that the control node stores. */
import type { StoredModel } from "../../contract/cluster/stored-model.ts";
import { routes } from "../../contract/routes.ts";
import type { Mount } from "../mount.ts";

export interface ModelsApi {
  storedModels(): Promise<StoredModel[]>;
}

export function modelsApi(mount: Mount, { storedModels }: ModelsApi): void {
  mount(routes.listModels, () => storedModels());
}
