/** Builds the boot content from the configuration and the files of this installation. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAccess } from "../../config/access-secrets.ts";
import type { Config } from "../../config/config.ts";
import type { DataDir } from "../../data-dir.ts";
import { FleetContent } from "../../netboot/answers/fleet-content.ts";
import { rootDigest } from "../../netboot/answers/image-manifest.ts";
import type { BootNetwork } from "../../netboot/boot-places.ts";
import { controlUrl } from "../../netboot/control-url.ts";

export function fleetContent(config: Config, data: DataDir, network: BootNetwork | undefined): FleetContent {
  const access = loadAccess(config);
  return new FleetContent({
    bootUrl: bootUrl(config, network),
    controlUrl: controlUrl(config, network),
    domain: config.netboot.domain,
    suite: config.machines.debian.suite,
    mirror: config.machines.debian.mirror,
    securityMirror: config.machines.debian.security_mirror,
    kernel: config.machines.debian.kernel,
    extraInitrd: config.machines.debian.extra_initrd,
    rootPassword: access.rootPasswordHash ?? "*",
    sshKeys: () => rootKeys(config, data),
    rootSha256: () => rootDigest(data.assets, config.machines.debian.suite),
  });
}

export const bootUrl = ({ netboot }: Config, network: BootNetwork | undefined): string =>
  `http://${network?.address ?? "127.0.0.1"}:${netboot.http_port}`;

/** Returns the public keys that may log in to every node as root: the executor's key and the configured keys. */
export const rootKeys = (config: Config, data: DataDir): string[] => [executorKey(data), ...loadAccess(config).sshKeys];

/** Returns the executor's public key. The executor creates the key at its first start, before any machine boots. */
const executorKey = (data: DataDir): string => readFileSync(join(data.executor, "id_ed25519.pub"), "utf8").trim();
