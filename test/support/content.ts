/** Boot content of a fleet with default settings. */
import { FleetContent } from "../../daemon/netboot/answers/fleet-content.ts";

export const contentAt = (bootUrl: string, controlUrl: string): FleetContent =>
  new FleetContent({
    bootUrl,
    controlUrl,
    domain: "lab",
    suite: "trixie",
    mirror: "http://deb.debian.org/debian",
    securityMirror: null,
    kernel: "linux-image-amd64",
    extraInitrd: undefined,
    rootPassword: "*",
    sshKeys: () => [],
    rootSha256: () => "0".repeat(64),
  });
