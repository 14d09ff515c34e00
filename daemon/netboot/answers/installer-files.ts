/**
 * Serves the installer, the wiper and the rescue system. Answers requests for files that need the node's key,
 * and receives progress reports.
 */
import { isDeepStrictEqual } from "node:util";
import type { BootRequest, BootResponse } from "../../../pxe/boot-source.ts";
import { type Facts, InstallStage, type Node } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import { deadlineAfter, seconds } from "../../machines/deadlines.ts";
import { anotherMachineReason, isAnotherMachine } from "../../machines/identity.ts";
import { advance } from "../../machines/phases.ts";
import { atomically, type Db } from "../../store/database.ts";
import type { EventStore } from "../../store/events.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { Change, Registry } from "../../store/machines/registry.ts";
import type { TokenStore } from "../../store/machines/tokens.ts";
import { sha256 } from "../../store/secrets.ts";
import type { CheckSender } from "../dhcp/sender.ts";
import { type EventLimit, recordLimited } from "../event-limit.ts";
import type { BootContent } from "./content.ts";
import { factsSummary, inspected } from "./inspection.ts";
import { plain, refuse, script } from "./responses.ts";
import { rescueReport, taskFile, wipeReport } from "./task-reports.ts";

export interface InstallerFilesParts {
  db: Db;
  nodes: NodeStore;
  registry: Registry;
  events: EventStore;
  tokens: TokenStore;
  content: BootContent;
  checkSender: CheckSender;
  eventLimit: EventLimit;
}

const sentence: Record<InstallStage, string> = {
  start: "the installer is running",
  partition: "about to write to the disk",
  base: "unpacking the system",
  late: "finishing the installed system",
  done: "installed; rebooting into the new system",
  failed: "the installer gave up",
};

export class InstallerFiles {
  readonly #parts: InstallerFilesParts;

  constructor(parts: InstallerFilesParts) {
    this.#parts = parts;
  }

  answerFile(key: string, file: string, request: BootRequest): BootResponse {
    const found = this.#installing(key, request);
    if ("status" in found) return found;
    const { content, db, tokens } = this.#parts;
    if (found.node.state.phase !== "installing") return taskFile(content, found.node, key, file);
    switch (file) {
      case "preseed.cfg":
        return script(content.preseed(found.node, key));
      case "facts.sh":
        return script(content.factsScript());
      case "disk.sh":
        return script(content.diskScript(found.node, key));
      case "install.conf":
        return script(content.installConf(found.node, key));
      case "finish.sh": {
        if (request.method === "HEAD") return script("");
        const now = new Date();
        const expiresAt = deadlineAfter(now, seconds.installing.preseed);
        const token = atomically(db, () => tokens.issue(found.node.id, "install", now, expiresAt));
        return script(content.finish(found.node, key, token));
      }
      default:
        return refuse(404, "nothing here");
    }
  }

  progress(key: string, stageText: string, request: BootRequest): BootResponse {
    if (stageText === "facts") return this.#inspect(key, request);
    const stage = InstallStage.safeParse(stageText);
    if (!stage.success) return refuse(404, `unknown stage ${stageText.slice(0, 40)}`);
    const found = this.#installing(key, request);
    if ("status" in found) return found;
    if (request.method === "HEAD") return plain("");
    const said = printable(request.query.get("detail") ?? "");
    try {
      this.#update(found.node, (was) => this.#report(was, stage.data, said, request.remoteAddress));
      return plain("ok\n");
    } catch (error) {
      if (error instanceof MusterError) return refuse(409, error.message);
      throw error;
    }
  }

  /** Records reported facts. Facts are not a stage of the install, and no part of the install depends on the facts. */
  #inspect(key: string, request: BootRequest): BootResponse {
    const found = this.#installing(key, request);
    if ("status" in found) return found;
    if (request.method === "HEAD") return plain("");
    const facts = inspected(request.query);
    if (isAnotherMachine(found.node.facts, facts)) return this.#stopAnother(found.node, facts);
    this.#update(found.node, (was) => ({
      node: { ...was, facts: { ...was.facts, ...facts } },
      event: { source: "netboot", type: "install.facts", summary: factsSummary(facts) },
    }));
    return plain("ok\n");
  }

  /** Stops a system that runs on another machine than the node's. The key becomes invalid before a disk is changed. */
  #stopAnother(node: Node, facts: Facts): BootResponse {
    const reason = anotherMachineReason(facts, node.facts);
    this.#update(node, (was) => {
      const fails = was.state.phase !== "rescue" && !("stage" in was.state && was.state.stage !== undefined && was.state.stage !== "start");
      const state = fails ? advance(was.state, { type: "install-failed", reason, at: new Date().toISOString() }) : was.state;
      const summary = `${reason}. If it is ${was.name} now, run: muster replaced ${was.name}`;
      return { node: { ...was, state }, event: { source: "netboot", type: "boot.other-machine", summary } };
    });
    return refuse(409, reason);
  }

  /** Saves a change of the state, and a limited number of other reports. */
  #update({ id }: Node, change: (was: Node) => Change): void {
    const { registry, eventLimit } = this.#parts;
    registry.update(id, (was) => {
      const changed = change(was);
      return isDeepStrictEqual(changed.node.state, was.state) && !eventLimit.allows(was, changed.event) ? undefined : changed;
    });
  }

  #report(was: Node, stage: InstallStage, said: string, address: string) {
    if (was.state.phase === "wiping") return wipeReport(was, stage, said, new Date());
    if (was.state.phase === "rescue") return rescueReport(was, stage, said, address);
    const summary = said === "" ? sentence[stage] : `${sentence[stage]}: ${said}`;
    const event = { source: "netboot", type: `install.${stage}`, summary } as const;
    if (stage === "failed") {
      const reason = said === "" ? "the installer gave up without a reason" : said;
      return { node: { ...was, state: advance(was.state, { type: "install-failed", reason, at: new Date().toISOString() }) }, event };
    }
    return { node: { ...was, state: advance(was.state, { type: "install-progress", stage }) }, event };
  }

  /** Returns the node to which this key was given. Refuses the request if the key is invalid or belongs to another machine. */
  #installing(key: string, { remoteAddress }: BootRequest): { node: Node } | BootResponse {
    const { nodes, checkSender } = this.#parts;
    const node = nodes.findByKeyHash(sha256(key));
    if (!node) return refuse(410, "this install key is not valid, or no longer");
    // The initrd does not renew its lease, so the lease may end during a long install.
    if (checkSender(node, remoteAddress) === "another") {
      const summary = `${remoteAddress} asked with the install key of this machine, but that address is not leased to it`;
      recordLimited(this.#parts, node, { type: "install.refused", summary });
      return refuse(403, "this install key belongs to another machine");
    }
    return { node };
  }
}

/** Returns the text as one line without control characters, because the timeline and the node's state contain it. */
function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
    .trim()
    .slice(0, 300);
}
