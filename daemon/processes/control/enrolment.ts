/** Where machines that were installed by other means find us, and the script they are given. */

import type { Config } from "../../config/config.ts";
import type { DataDir } from "../../data-dir.ts";
import { enrolScript } from "../../netboot/scripts/enrol.ts";
import { rootKeys } from "../netboot/fleet-content.ts";

export interface Enrolment {
  url(): string;
  script(token: string, name: string | undefined): string;
}

/** `url` is asked each time: the port may be the system's choice. */
export const enrolment = (config: Config, data: DataDir, url: () => string): Enrolment => ({
  url,
  script: (token, name) => enrolScript({ controlUrl: url(), token, name, sshKeys: rootKeys(config, data) }),
});
