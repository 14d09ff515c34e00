/** Routes to read the stored models. */
import * as z from "zod";
import type { Route } from "../route.ts";
import { ModelName, ModelPlanAnswer } from "./model.ts";
import { StoredModel } from "./stored-model.ts";

export const modelRoutes = {
  listModels: {
    method: "GET",
    path: "/api/models",
    summary: "The models that the control node stores, with damaged files and the reason",
    access: "viewer",
    response: z.array(StoredModel),
  },
  planModel: {
    method: "GET",
    path: "/api/models/:model/plan",
    summary: "The ready nodes that can hold a model: the head, the workers, their layers and their memory",
    access: "viewer",
    params: z.object({ model: ModelName }),
    query: z.object({ context: z.coerce.number().int().min(256).max(10_000_000).optional() }),
    response: ModelPlanAnswer,
  },
} satisfies Record<string, Route>;
