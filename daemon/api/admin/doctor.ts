/** Defines the route that runs the checks of `muster doctor` for the web page. */
import type { Examination } from "../../contract/admin/doctor.ts";
import { routes } from "../../contract/routes.ts";
import type { Mount } from "../mount.ts";

export interface DoctorApi {
  examine(): Promise<Examination>;
}

export function doctorApi(mount: Mount, { examine }: DoctorApi): void {
  mount(routes.doctor, () => examine());
}
