/** What the boot desk needs written; `boot` writes it. */
import type { Node, Profile } from "../../contract/machines/node.ts";
import type { LocalBoot } from "../../contract/netboot/quirk.ts";

export interface BootContent {
  /** For a machine whose MAC address is not known yet: asks for its own script. */
  generic(): string;
  wait(node: Node, waitedSeconds: number, reason: string): string;
  install(node: Node, profile: Profile, key: string): string;
  rescue(node: Node, key: string): string;
  wipe(node: Node, key: string): string;
  /** Shell assignments for the wiper. */
  wipeConf(node: Node, key: string): string;
  /** Who may log in to the rescue system. */
  authorizedKeys(): string;
  local(node: Node, way: LocalBoot, reason: string): string;
  preseed(node: Node, key: string): string;
  factsScript(): string;
  diskScript(node: Node, key: string): string;
  installConf(node: Node, key: string): string;
  finish(node: Node, key: string, token: string): string;
}
