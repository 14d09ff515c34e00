/** Answers a booting machine's request for its script, and records the effect on the node. */
import { isDeepStrictEqual } from "node:util";
import type { BootRequest, BootResponse } from "../../../pxe/boot-source.ts";
import type { Facts, Node } from "../../contract/machines/node.ts";
import { Mac } from "../../contract/names.ts";
import { deadlineAfter, seconds } from "../../machines/deadlines.ts";
import { isAnotherMachine } from "../../machines/identity.ts";
import { advance } from "../../machines/phases.ts";
import type { EventStore } from "../../store/events.ts";
import type { HostKeyStore } from "../../store/machines/host-keys.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { Change, Registry } from "../../store/machines/registry.ts";
import { newSecret, sha256 } from "../../store/secrets.ts";
import type { CheckSender } from "../dhcp/sender.ts";
import { type EventLimit, recordLimited } from "../event-limit.ts";
import type { QuirkBook } from "../quirks/quirk-book.ts";
import { bootAction } from "./boot-action.ts";
import type { BootContent } from "./content.ts";
import { type Discovery, factsFrom, TOO_MANY_NEW } from "./discovery.ts";
import type { InstallerFiles } from "./installer-files.ts";
import { otherCard } from "./other-card.ts";
import { refuse, script } from "./responses.ts";
import { timeAnswer } from "./time.ts";

export interface BootScriptParts {
  discovery: Discovery;
  nodes: NodeStore;
  registry: Registry;
  events: EventStore;
  hostKeys: HostKeyStore;
  checkSender: CheckSender;
  eventLimit: EventLimit;
  content: BootContent;
  installs: InstallerFiles;
  quirkBook: QuirkBook;
}

export class BootScript {
  readonly #parts: BootScriptParts;

  constructor(parts: BootScriptParts) {
    this.#parts = parts;
  }

  respond(request: BootRequest): BootResponse {
    const [, area, key = "", file = "", ...rest] = request.path.split("/");
    if (area === "boot.ipxe" && key === "") return this.#script(request);
    if (area === "time" && key === "") return timeAnswer(Date.now());
    if (rest.length > 0 || !/^[0-9a-f]{32}$/.test(key)) return refuse(404, "nothing here");
    if (area === "preseed") return this.#parts.installs.answerFile(key, file, request);
    if (area === "progress") return this.#parts.installs.progress(key, file, request);
    return refuse(404, "nothing here");
  }

  #script({ query, remoteAddress, method }: BootRequest): BootResponse {
    const { discovery, content, checkSender } = this.#parts;
    const text = query.get("mac");
    if (text === null) return script(content.generic());
    const mac = Mac.safeParse(text);
    if (!mac.success) return refuse(400, "mac: is not a MAC address");
    // Each installer is given out only once. A HEAD request must not use up the installer for a later GET request.
    if (method === "HEAD") return script("");
    const known = discovery.find(mac.data);
    const sender = checkSender({ macs: known?.macs ?? [mac.data] }, remoteAddress);
    if (sender === "another" || sender === "formerly") return script(this.#turnAway(known, mac.data, query, remoteAddress));
    const node = discovery.meet({ mac: mac.data });
    // iPXE repeats the request after an error, so a real machine comes in later.
    if (!node) return refuse(429, TOO_MANY_NEW);
    this.#parts.quirkBook.cameForScript(mac.data);
    return script(this.#decide(node, mac.data, query, remoteAddress));
  }

  /** Answers a sender that is not the machine. Only an event is recorded, so the sender uses nothing up. */
  #turnAway(known: Node | undefined, mac: Mac, query: URLSearchParams, remoteAddress: string): string {
    const { content, quirkBook } = this.#parts;
    const why = `${remoteAddress} is not leased to ${mac}`;
    if (known) {
      const summary = `${remoteAddress} asked for the boot script of this machine, but that address is not leased to it; it got no system`;
      recordLimited(this.#parts, known, { type: "boot.refused", summary });
    }
    return content.local({ name: known?.name ?? "this machine" }, quirkBook.firstWay(mac, firmwareIn(query)), why);
  }

  /** Decides the answer under the write lock, so that two simultaneous requests cannot both receive the installer. */
  #decide(node: Node, mac: Mac, query: URLSearchParams, remoteAddress: string): string {
    const { registry, eventLimit } = this.#parts;
    let text = "";
    registry.update(node.id, (was) => {
      const answer = this.#answer(was, mac, query, remoteAddress);
      text = answer.text;
      // A repeated request changes nothing, so that requests cannot fill the disk. A change of the state is always saved.
      const repeats = isDeepStrictEqual(answer.node.state, was.state) && !eventLimit.allows(was, answer.event);
      return repeats ? undefined : answer;
    });
    return text;
  }

  /**
   * Returns the node with the address and the facts of this request. Any host may ask for the script, so the request says
   * nothing about a node that has proven its identity by a call-home. The record also keeps what the accepted machine is.
   */
  #learned(was: Node, said: Facts, address: string, another: boolean): Node {
    if (another || this.#parts.hostKeys.find(was.id) !== undefined) return was;
    // Before an operator accepts the machine, the last machine with this card is the one that the operator sees.
    const before = isAnotherMachine(was.facts, said) ? {} : was.facts;
    return { ...was, facts: { ...before, ...said }, address };
  }

  #answer(was: Node, mac: Mac, query: URLSearchParams, remoteAddress: string): Change & { text: string } {
    const { content, quirkBook } = this.#parts;
    const now = new Date();
    const waited = Number.parseInt(query.get("waited") ?? "0", 10) || 0;
    const said = factsFrom(query);
    const action = bootAction(was, waited, now, said);
    const card = was.state.phase === "discovered" ? otherCard(this.#parts, was, said, mac) : undefined;
    if (card !== undefined) action.reason = `${card}; ${action.reason}`;
    const kept = this.#learned(was, said, remoteAddress, "another" in action);
    if (action.action !== "local" && action.action !== "wait") quirkBook.bootsFromNetwork(mac);
    switch (action.action) {
      case "wait":
        return {
          text: content.wait(kept, mac, waited, action.reason),
          node: kept,
          event: action.another
            ? otherMachine(was, action.reason)
            : { source: "netboot", type: "boot.wait", summary: action.reason, detail: { waited } },
        };
      case "local": {
        const way = quirkBook.localBoot(mac, firmwareIn(query));
        const text = content.local(kept, way, action.reason);
        if (action.another) return { text, node: kept, event: otherMachine(was, action.reason) };
        if (action.failed === undefined) {
          const event = { source: "netboot", type: "boot.local", summary: `boots its disk: ${action.reason}`, detail: { way } } as const;
          return { text, node: kept, event };
        }
        const state = advance(was.state, { type: "install-failed", reason: action.failed, at: now.toISOString() });
        return {
          text,
          node: { ...kept, state },
          event: {
            source: "netboot",
            type: was.state.phase === "wiping" ? "wipe.failed" : "install.failed",
            summary: `${action.failed}; it boots its disk now`,
          },
        };
      }
      case "rescue": {
        const key = newSecret(16);
        const text = content.rescue(kept, mac, key);
        const state = advance(was.state, { type: "rescue-booted", keyHash: sha256(key) });
        return {
          text,
          node: { ...kept, state },
          event: { source: "netboot", type: "rescue.handed-out", summary: "given the rescue system" },
        };
      }
      case "wipe": {
        if (was.state.phase !== "wiping") throw new Error(`a node that is ${was.state.phase} is not wiped`);
        const key = newSecret(16);
        const deadline = deadlineAfter(now, seconds.wiping[was.state.quick ? "quick" : "full"]);
        const state = advance(was.state, { type: "wiper-handed-out", at: now.toISOString(), deadline, keyHash: sha256(key) });
        const text = content.wipe(kept, mac, key);
        const summary = `given the wiper: ${action.reason}`;
        return { text, node: { ...kept, state }, event: { source: "netboot", type: "wipe.handed-out", summary } };
      }
      case "install": {
        const key = newSecret(16);
        const deadline = deadlineAfter(now, seconds.installing[action.profile]);
        const state = advance(was.state, { type: "installer-handed-out", at: now.toISOString(), deadline, keyHash: sha256(key) });
        const text = content.install(kept, mac, action.profile, key);
        return {
          text,
          node: { ...kept, state },
          event: {
            source: "netboot",
            type: "install.handed-out",
            summary: `given the ${action.profile} installer${action.retry ? " once more" : ""}: ${action.reason}`,
            detail: { profile: action.profile, retry: action.retry },
          },
        };
      }
    }
  }
}

const firmwareIn = (query: URLSearchParams): "bios" | "uefi" => (query.get("platform") === "efi" ? "uefi" : "bios");

const otherMachine = ({ name }: Node, reason: string): Change["event"] => ({
  source: "netboot",
  type: "boot.other-machine",
  summary: `${reason}; it gets no system. If it is ${name} now, run: muster replaced ${name}`,
});
