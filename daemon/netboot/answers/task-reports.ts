/**
 * Answers requests of the rescue system and the wiper, and computes how the reports of both change the node. The code
 * is pure, and the caller has already checked the key.
 */
import type { BootResponse } from "../../../pxe/boot-source.ts";
import type { InstallStage, Node } from "../../contract/machines/node.ts";
import { advance } from "../../machines/phases.ts";
import type { Change } from "../../store/machines/registry.ts";
import type { BootContent } from "./content.ts";
import { refuse, script } from "./responses.ts";

const wiperSays: Record<InstallStage, string> = {
  start: "the wiper is running",
  partition: "about to erase",
  base: "erasing",
  late: "erased, verifying the result",
  done: "erased",
  failed: "the wipe failed",
};

export function taskFile(content: BootContent, node: Node, key: string, file: string): BootResponse {
  if (node.state.phase === "wiping" && file === "wipe.conf") return script(content.wipeConf(node, key));
  if (node.state.phase === "rescue" && file === "authorized_keys") return script(content.authorizedKeys());
  // Requests for the installer's answers are refused here. Therefore an initrd that can only install stops.
  return refuse(404, "nothing here");
}

export function wipeReport(was: Node, stage: InstallStage, said: string, now: Date): Change {
  const summary = said === "" ? wiperSays[stage] : `${wiperSays[stage]}: ${said}`;
  const event = { source: "netboot", type: `wipe.${stage}`, summary } as const;
  if (stage === "failed") {
    const reason = said === "" ? "the wipe failed without a reason" : `the wipe failed: ${said}`;
    return { node: { ...was, state: advance(was.state, { type: "install-failed", reason, at: now.toISOString() }) }, event };
  }
  if (stage === "done") return { node: { ...was, state: advance(was.state, { type: "wiped" }) }, event };
  return { node: { ...was, state: advance(was.state, { type: "wipe-progress", stage }) }, event };
}

/**
 * Returns the change for a report of the rescue system. The rescue system reports `done` with its host key when sshd
 * runs. After the report `failed`, the machine reboots into the rescue system again.
 */
export function rescueReport(was: Node, stage: InstallStage, said: string, address: string): Change {
  const event = (summary: string) => ({ source: "netboot", type: `rescue.${stage}`, summary }) as const;
  if (stage === "done" && /^ssh-ed25519 [A-Za-z0-9+/]{68}$/.test(said)) {
    const state = advance(was.state, { type: "rescue-reachable", address, hostKey: said });
    return { node: { ...was, state }, event: event(`the rescue system is reachable: ssh root@${address}`) };
  }
  const words = stage === "failed" ? "the rescue system could not start, and the machine reboots" : "the rescue system is starting";
  return { node: was, event: event(said === "" ? words : `${words}: ${said}`) };
}
