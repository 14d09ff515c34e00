/** Ties the boot content to the configuration and to the files of this installation. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { type Config, loadAccess } from "../../config/config.ts";
import type { DataDir } from "../../data-dir.ts";
import { MusterError } from "../../errors/errors.ts";
import { FleetContent } from "../../netboot/answers/fleet-content.ts";
import { type BootNetwork, controlUrl } from "../address.ts";

const Manifest = z.object({ rootSha256: z.string().regex(/^[0-9a-f]{64}$/) });

export function fleetContent(config: Config, data: DataDir, network: BootNetwork | undefined): FleetContent {
  const access = loadAccess(config);
  return new FleetContent({
    bootUrl: bootUrl(config, network),
    controlUrl: controlUrl(config, network),
    domain: config.netboot.domain,
    suite: config.debian.suite,
    mirror: config.debian.mirror,
    securityMirror: config.debian.security_mirror,
    kernel: config.debian.kernel,
    extraInitrd: config.debian.extra_initrd,
    rootPassword: access.rootPasswordHash ?? "*",
    sshKeys: () => rootKeys(config, data),
    rootSha256: () => {
      const file = join(data.assets, "image/13/amd64/manifest.json");
      if (!existsSync(file)) throw new MusterError("BOOT_FILES_MISSING", "the image has not been built");
      return Manifest.parse(JSON.parse(readFileSync(file, "utf8"))).rootSha256;
    },
  });
}

export const bootUrl = ({ netboot }: Config, network: BootNetwork | undefined): string =>
  `http://${network?.address ?? "127.0.0.1"}:${netboot.http_port}`;

/** Who may log in to every node as root: the executor, and the people of the configuration. */
export const rootKeys = (config: Config, data: DataDir): string[] => [executorKey(data), ...loadAccess(config).sshKeys];

/** Public half only. Made at the executor's first start, which is long before a machine asks. */
function executorKey(data: DataDir): string {
  return readFileSync(join(data.executor, "id_ed25519.pub"), "utf8").trim();
}
