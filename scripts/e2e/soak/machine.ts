/**
 * Simulates one machine. The machine repeats a loop of firmware, loader, iPXE and boot script, followed by its system
 * or the installer.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Option } from "../../../pxe/dhcp/message/option.ts";
import { nextStep, type Step } from "../../lab/simulated/ipxe.ts";
import type { Addresses } from "./addresses.ts";
import { type Bound, bind, type Client, rebind, release, type Who } from "./dhcp-client.ts";
import { type HttpAnswer, httpFrom } from "./http-client.ts";
import { type Installed, install } from "./installer.ts";
import type { Witnessed, Write } from "./journal.ts";
import type { Relay } from "./relay.ts";
import { fetchByTftp } from "./tftp-client.ts";

export interface Hall {
  relay: Relay;
  addresses: Addresses;
  write: Write;
  server: string;
  controlUrl: string;
  /** The minimum and maximum time in seconds that a system runs between two boots. */
  upSeconds: readonly [number, number];
}

export interface Plug {
  mac: string;
  name: string;
}

/** The share of shutdowns in which the machine releases its address. The other shutdowns happen without a release. */
const RELEASES = 0.1;
/** The time in milliseconds that the loader needs to initialize itself and the network card. */
const LOADER_STARTS_MS = [500, 1500] as const;
const SCRIPT_TRIES = 10;
const SCRIPT_PAUSE_MS = 3000;

export class SoakMachine {
  readonly hall: Hall;
  readonly plug: Plug;
  boot = 0;
  lease: Bound | undefined;
  /** The system that the installer left on the machine's disk. */
  #installed: Installed | undefined;

  constructor(hall: Hall, plug: Plug) {
    this.hall = hall;
    this.plug = plug;
  }

  /** Boots the machine again and again until the process ends. */
  async live(): Promise<never> {
    for (;;) {
      this.boot += 1;
      const started = Date.now();
      try {
        const took = await this.#bootOnce(started);
        if (took === "disk") await this.#runSystem();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        this.hall.write({ kind: "gave-up", mac: this.plug.mac, boot: this.boot, at: Date.now(), why });
        await sleep(1000 + Math.random() * 4000);
      }
    }
  }

  async #bootOnce(started: number): Promise<"disk" | "installed"> {
    const { mac } = this.plug;
    const firmware = await this.#join("firmware");
    const asked = Date.now();
    await fetchByTftp({ from: firmware.address, server: firmware.nextServer, file: firmware.bootFile });
    this.witness("loader", firmware.bootFile, asked);
    await sleep(between(LOADER_STARTS_MS));
    const ipxe = await this.#join("ipxe");
    const step = await this.#script(ipxe.bootFile);
    this.hall.write({ kind: "booted", mac, boot: this.boot, at: Date.now(), tookMs: Date.now() - started });
    if (step.kind === "local") return "disk";
    this.#installed = await install(this, step);
    return "installed";
  }

  async #join(who: Who): Promise<Bound> {
    const bound = await bind(this.hall.relay, this.client(who));
    this.#keep(bound, who !== "system");
    return bound;
  }

  /**
   * The journal omits the DHCP steps of a running system. The timeline contains these steps only after the daemon has
   * recorded the boot.
   */
  #keep(bound: Bound, booting: boolean): void {
    const { addresses, write } = this.hall;
    const { mac } = this.plug;
    const holder = addresses.take(bound.address, mac, bound.leaseSeconds, bound.request.from);
    if (holder !== undefined) write({ kind: "duplicate", address: bound.address, mac, holder, at: bound.request.to });
    this.lease = bound;
    if (!booting) return;
    if (bound.discover) this.witness("discover", bound.address, bound.discover.from, bound.discover.to);
    this.witness("request", bound.address, bound.request.from, bound.request.to);
  }

  async #script(first: string): Promise<Exclude<Step, { kind: "chain" }>> {
    let url = first;
    for (;;) {
      const asked = Date.now();
      const { body } = await this.#ask(url);
      const step = nextStep(body, this.#settings());
      if (step.kind !== "chain") {
        this.witness("script", step.kind === "local" ? "local" : "install", asked);
        return step;
      }
      await sleep(step.afterSeconds * 1000);
      url = step.url;
    }
  }

  /** Requests the boot script as `generic.ipxe` does. After several failed attempts, the machine boots its disk. */
  async #ask(url: string): Promise<HttpAnswer> {
    let why: unknown;
    for (let tries = 0; tries < SCRIPT_TRIES; tries++) {
      try {
        const answer = await this.get(url);
        if (answer.status === 200) return answer;
        why = new Error(`HTTP ${answer.status}`);
      } catch (error) {
        why = error;
      }
      await sleep(SCRIPT_PAUSE_MS);
    }
    throw new Error("no boot script", { cause: why });
  }

  get(url: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return httpFrom(this.lease?.address ?? "", url, { headers });
  }

  async #runSystem(): Promise<void> {
    const { relay, addresses, upSeconds } = this.hall;
    const had = this.lease;
    const kept = had && (await rebind(relay, this.client("system"), had.address));
    if (kept) this.#keep(kept, false);
    else await this.#join("system");
    await this.#callHome();
    await sleep(between(upSeconds) * 1000);
    if (Math.random() < RELEASES && this.lease) {
      addresses.drop(this.plug.mac);
      release(relay, this.client("system"), this.lease);
    }
  }

  /**
   * Repeats the call-home until the daemon accepts it, as the unit on a real disk does. After the daemon has accepted
   * the call-home, the install key must not give access to any file.
   */
  async #callHome(): Promise<void> {
    const installed = this.#installed;
    if (!installed) return;
    const { mac, name } = this.plug;
    const { address = "" } = this.lease ?? {};
    const asked = Date.now();
    const json = { ip_address: address, hostname: name, token: installed.token, mac, ssh_host_key: installed.hostKey };
    const { status, body } = await httpFrom(address, `${this.hall.controlUrl}/api/ready-for-provisioning`, { json });
    if (status !== 202) throw new Error(`call-home: HTTP ${status}: ${body.slice(0, 120)}`);
    this.#installed = undefined;
    this.witness("call-home", "", asked);
    const again = await this.get(installed.answersUrl);
    if (again.status === 200) this.hall.write({ kind: "stale-key", mac, status: again.status, at: Date.now() });
  }

  witness(step: Witnessed["step"], word: string, from: number, to = Date.now()): void {
    this.hall.write({ kind: "witnessed", mac: this.plug.mac, boot: this.boot, step, word, from, to });
  }

  /** Returns the DHCP options of each boot stage: a UEFI network card, then snponly.efi, then Linux. */
  client(who: Who): Client {
    const asked: [number, Uint8Array] = [Option.parameterRequestList, Uint8Array.of(1, 3, 6, 15, 28, 51, 54, 58, 59, 66, 67)];
    if (who === "system") return { mac: this.plug.mac, who, options: [asked, [Option.hostName, Buffer.from(this.plug.name)]] };
    const uuid = Buffer.from(`00${"4d757374".padEnd(20, "0")}${this.plug.mac.replaceAll(":", "")}`, "hex");
    const firmware: [number, Uint8Array][] = [
      asked,
      [Option.maxMessageSize, Uint8Array.of(5, 192)],
      [Option.vendorClass, Buffer.from("PXEClient:Arch:00007:UNDI:003016")],
      [Option.clientArchitecture, Uint8Array.of(0, 7)],
      [Option.clientNetworkInterface, Uint8Array.of(1, 3, 16)],
      [Option.clientMachineIdentifier, uuid],
    ];
    return { mac: this.plug.mac, who, options: who === "ipxe" ? [...firmware, [Option.userClass, Buffer.from("iPXE")]] : firmware };
  }

  #settings(): Record<string, string> {
    const { mac, name } = this.plug;
    const identity = { serial: name, manufacturer: "Muster", product: "Soak machine" };
    return { ...identity, "netX/mac": mac, "netX/ip": this.lease?.address ?? "", platform: "efi", buildarch: "x86_64" };
  }
}

const between = ([least, most]: readonly [number, number]) => least + Math.random() * (most - least);
