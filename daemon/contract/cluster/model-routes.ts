/** Routes to read the stored models. */
import * as z from "zod";
import type { Route } from "../route.ts";
import { StoredModel } from "./stored-model.ts";

export const modelRoutes = {
  listModels: {
    method: "GET",
    path: "/api/models",
    summary: "The models that the control node stores, with damaged files and the reason",
    access: "viewer",
    response: z.array(StoredModel),
  },
} satisfies Record<string, Route>;
