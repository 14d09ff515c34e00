/** Route to run the checks of `muster doctor` on the control node. */
import type { Route } from "../route.ts";
import { Examination } from "./doctor.ts";

export const doctorRoutes = {
  doctor: {
    method: "GET",
    path: "/api/doctor",
    summary: "Results of `muster doctor` on the control node. It starts programs and takes some seconds.",
    access: "viewer",
    response: Examination,
  },
} satisfies Record<string, Route>;
