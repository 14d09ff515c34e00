/** Defines the texts that netboot sends to booting machines. fleet-content.ts implements this interface. */
import type { Node, Profile } from "../../contract/machines/node.ts";
import type { Mac } from "../../contract/names.ts";
import type { LocalBoot } from "../../contract/netboot/quirk.ts";

export interface BootContent {
  /** Returns the script for a machine whose MAC address is unknown. The script requests the machine's own script. */
  generic(): string;
  /** The parameter `mac` is the card that the machine boots by. It may be any card of the node. */
  wait(node: Node, mac: Mac, waitedSeconds: number, reason: string): string;
  install(node: Node, mac: Mac, profile: Profile, key: string): string;
  rescue(node: Node, mac: Mac, key: string): string;
  wipe(node: Node, mac: Mac, key: string): string;
  /** Returns assignments of shell variables that configure the wiper. */
  wipeConf(node: Node, key: string): string;
  /** Returns the SSH keys that may log in to the rescue system. */
  authorizedKeys(): string;
  local(node: Pick<Node, "name">, way: LocalBoot, reason: string): string;
  preseed(node: Node, key: string): string;
  factsScript(): string;
  diskScript(node: Node, key: string): string;
  installConf(node: Node, key: string): string;
  finish(node: Node, key: string, token: string): string;
}
