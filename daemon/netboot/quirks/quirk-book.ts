/**
 * Manages the special settings (quirks) of each machine. Some quirks are known, and Muster learns others from events.
 * A restart of the process ends all trials.
 */

import type { MachineSeen, WireEvent } from "../../../pxe/boot-source.ts";
import { BoundedMap } from "../../../pxe/bounded-map.ts";
import type { ClientQuirks } from "../../../pxe/tftp/options.ts";
import type { Facts } from "../../contract/machines/node.ts";
import type { Loader, LocalBoot, QuirkLine, Quirks } from "../../contract/netboot/quirk.ts";
import { DhcpFacts, FileFacts } from "../../contract/netboot/wire-facts.ts";
import type { EventStore } from "../../store/events.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { QuirkStore } from "../../store/netboot/quirks.ts";
import { loaderFile, loaderOf } from "../answers/loader-drivers.ts";
import { type LoaderTrial, loaderCameUp, loaderFetched, loaderTried, noLoaderTrial } from "./loader-trial.ts";
import { type LocalBootTrial, noLocalBootTrial, systemCameUp, tellLocalBoot, usualLadder } from "./local-boot-trial.ts";
import { appliedQuirks, settingsOf } from "./quirks.ts";
import { type Lesson, learnTftp, noTftpTrial, type TftpTrial, tftpTried } from "./tftp-trial.ts";

export interface QuirkBookParts {
  quirks: QuirkStore;
  nodes: NodeStore;
  events: EventStore;
  lines: readonly QuirkLine[];
  hasBootFile(name: string): boolean;
  now?: () => number;
}

interface Trials {
  tftp: TftpTrial;
  loader: LoaderTrial;
  localBoot: LocalBootTrial;
  /** The vendor class from the machine's DHCP packets. File requests do not contain a vendor class. */
  vendorClass: string | undefined;
}

const nothingTried: Trials = { tftp: noTftpTrial, loader: noLoaderTrial, localBoot: noLocalBootTrial, vendorClass: undefined };
const MOST_REMEMBERED = 16_384;

export class QuirkBook {
  readonly #parts: QuirkBookParts;
  readonly #now: () => number;
  readonly #trials = new BoundedMap<string, Trials>(MOST_REMEMBERED);

  constructor(parts: QuirkBookParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
  }

  /** Returns the TFTP settings for this machine. */
  tftp(mac: string): ClientQuirks {
    const known = this.#known(mac);
    // A trial adds settings, but never replaces a known setting.
    const tried = tftpTried(this.#of(mac).tftp);
    const maxBlockSize = least(known.blockSize, tried.blockSize);
    return {
      ...(maxBlockSize !== undefined && { maxBlockSize }),
      ...((known.tftpOptions ?? tried.tftpOptions) === false && { ignoreOptions: true }),
      ...(known.rollover !== undefined && { rollover: known.rollover }),
    };
  }

  /**
   * Returns a boot file that replaces the usual file of the machine's architecture. The caller can pass `facts` to
   * save a database read, because many machines may boot at the same time.
   */
  bootFile({ mac, arch, vendorClass }: MachineSeen, facts?: Facts): string | undefined {
    if (arch === undefined) return undefined;
    const trials = this.#of(mac);
    if (vendorClass !== trials.vendorClass) this.#remember(mac, { ...trials, vendorClass });
    const usual: Loader = this.#known(mac, facts).loader ?? "snponly";
    const wanted = loaderFile(arch, loaderTried(trials.loader, usual));
    return wanted !== undefined && wanted !== loaderFile(arch, "snponly") && this.#parts.hasBootFile(wanted) ? wanted : undefined;
  }

  /** Returns the method by which the machine boots its disk, and records the attempt. */
  localBoot(mac: string, firmware: "bios" | "uefi"): LocalBoot {
    const trials = this.#of(mac);
    const { trial, way } = tellLocalBoot(trials.localBoot, this.#ladder(mac, firmware), this.#now());
    this.#remember(mac, { ...trials, localBoot: trial });
    return way;
  }

  /** Returns the first method for this machine. The function records no attempt. */
  firstWay(mac: string, firmware: "bios" | "uefi"): LocalBoot {
    return this.#ladder(mac, firmware)[0] ?? "exit-1";
  }

  /**
   * Records that the machine received a system over the network. The machine's next packets do not prove that
   * the system on its disk works.
   */
  bootsFromNetwork(mac: string): void {
    const trials = this.#of(mac);
    this.#remember(mac, { ...trials, localBoot: { ...trials.localBoot, toldAt: undefined } });
  }

  cameForScript(mac: string): void {
    const trials = this.#of(mac);
    const { trial, lesson } = loaderCameUp(trials.loader);
    this.#remember(mac, { ...trials, loader: trial });
    this.#learn(mac, lesson);
  }

  observe(mac: string, { type, detail }: WireEvent): void {
    if (type.startsWith("dhcp.")) {
      if (DhcpFacts.safeParse(detail).data?.stage === "operating-system") this.#systemSpoke(mac);
      return;
    }
    const facts = FileFacts.safeParse(detail).data;
    if (!facts) return;
    if (type.startsWith("tftp.")) this.#transferred(mac, type, facts);
    const loader = type === "tftp.complete" || type === "http.asset" ? loaderOf(facts.file) : undefined;
    if (loader === undefined) return;
    const trials = this.#of(mac);
    this.#remember(mac, { ...trials, loader: loaderFetched(trials.loader, loader) });
  }

  #transferred(mac: string, type: string, { blockSize, options, bytes = 0, heard = true }: FileFacts): void {
    if (blockSize === undefined || options === undefined) return;
    const end = type === "tftp.complete" ? "complete" : type === "tftp.gave-up" ? "gave-up" : "other";
    const trials = this.#of(mac);
    const { trial, lesson } = learnTftp(trials.tftp, { end, blockSize, options, bytes, heard });
    this.#remember(mac, { ...trials, tftp: trial });
    this.#learn(mac, lesson);
  }

  #systemSpoke(mac: string): void {
    const trials = this.#trials.get(mac);
    if (trials?.localBoot.toldAt === undefined) return;
    const firmware = this.#parts.nodes.findByMac(mac)?.facts.firmware ?? "uefi";
    const { trial, lesson } = systemCameUp(trials.localBoot, this.#ladder(mac, firmware));
    this.#remember(mac, { ...trials, localBoot: trial });
    this.#learn(mac, lesson);
  }

  #ladder(mac: string, firmware: "bios" | "uefi"): LocalBoot[] {
    return this.#known(mac).localBoot ?? usualLadder(firmware);
  }

  #known(mac: string, facts = this.#parts.nodes.findByMac(mac)?.facts): Quirks {
    const { quirks, lines } = this.#parts;
    const { manufacturer: make, product: model, firmware, uuid } = facts ?? {};
    const machine = { mac, make, model, firmware, uuid, vendorClass: this.#of(mac).vendorClass };
    return settingsOf(appliedQuirks(machine, { ...quirks.find(mac), lines }));
  }

  #learn(mac: string, lesson: Lesson | undefined): void {
    if (!lesson) return;
    const { quirks, nodes, events } = this.#parts;
    quirks.learn(mac, lesson.quirks, lesson.because);
    const node = nodes.findByMac(mac);
    events.append({
      source: "netboot",
      type: "quirk.learned",
      summary: `learned how to boot it: ${lesson.because}`,
      ...(node && { nodeId: node.id }),
      detail: { mac, ...lesson.quirks },
    });
  }

  #of(mac: string): Trials {
    return this.#trials.get(mac) ?? nothingTried;
  }

  #remember(mac: string, trials: Trials): void {
    this.#trials.set(mac, trials);
  }
}

const least = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined ? other : other === undefined ? one : Math.min(one, other);
