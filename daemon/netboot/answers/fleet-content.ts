/** Writes the texts for booting machines. The values come from the configuration and the node. */

import type { Node, Profile } from "../../contract/machines/node.ts";
import type { Mac } from "../../contract/names.ts";
import type { LocalBoot } from "../../contract/netboot/quirk.ts";
import type { Suite } from "../../contract/netboot/suite.ts";
import { diskScript, factsScript, finishScript, type InstallInput, installConf, preseed } from "../scripts/installer-answers.ts";
import { genericScript, installScript, localScript, waitScript } from "../scripts/scripts.ts";
import { taskScript, wipeConf } from "../scripts/task-scripts.ts";
import { WAIT_SECONDS } from "./boot-action.ts";
import type { BootContent } from "./content.ts";

export interface ContentSettings {
  bootUrl: string;
  controlUrl: string;
  domain: string;
  suite: Suite;
  mirror: string;
  securityMirror: string | null;
  kernel: string;
  extraInitrd: string | undefined;
  rootPassword: string;
  /**
   * Returns the SSH keys that may log in. The keys are read at each call, because the executor generates its
   * key only at its first start.
   */
  sshKeys(): string[];
  /** Returns the SHA-256 digest of the image's root archive. */
  rootSha256(): string;
}

export class FleetContent implements BootContent {
  readonly #settings: ContentSettings;

  constructor(settings: ContentSettings) {
    this.#settings = settings;
  }

  generic(): string {
    return genericScript(this.#settings.bootUrl);
  }

  wait(node: Node, mac: Mac, waitedSeconds: number, reason: string): string {
    return waitScript({
      bootUrl: this.#settings.bootUrl,
      name: node.name,
      mac,
      reason,
      waitedSeconds,
      limitSeconds: WAIT_SECONDS,
    });
  }

  install(node: Node, mac: Mac, profile: Profile, key: string): string {
    const { bootUrl, domain, suite, extraInitrd } = this.#settings;
    return installScript({ bootUrl, profile, suite, name: node.name, mac, key, domain, extraInitrd });
  }

  rescue(node: Node, mac: Mac, key: string): string {
    return this.#task("rescue", node, mac, key);
  }

  wipe(node: Node, mac: Mac, key: string): string {
    return this.#task("wipe", node, mac, key);
  }

  wipeConf(node: Node, key: string): string {
    const { state } = node;
    if (state.phase !== "wiping") throw new Error(`${node.name} is ${state.phase}: no wipe is armed`);
    const { disks, quick } = state;
    return wipeConf({ name: node.name, key, bootUrl: this.#settings.bootUrl, disk: node.disk ?? "", disks, quick });
  }

  authorizedKeys(): string {
    return `${this.#settings.sshKeys().join("\n")}\n`;
  }

  local(node: Pick<Node, "name">, way: LocalBoot, reason: string): string {
    return localScript({ name: node.name, way, reason });
  }

  preseed(node: Node, key: string): string {
    return preseed(this.#input(node, key));
  }

  factsScript(): string {
    return factsScript();
  }

  diskScript(node: Node, key: string): string {
    return diskScript(this.#input(node, key));
  }

  installConf(node: Node, key: string): string {
    return installConf({ ...this.#input(node, key), rootSha256: this.#settings.rootSha256() });
  }

  finish(node: Node, key: string, token: string): string {
    return finishScript({ ...this.#input(node, key), token });
  }

  #task(task: "rescue" | "wipe", { name }: Node, mac: Mac, key: string): string {
    const { bootUrl, suite } = this.#settings;
    return taskScript({ bootUrl, suite, task, name, mac, key });
  }

  #input(node: Node, key: string): InstallInput {
    const { bootUrl, controlUrl, domain, suite, mirror, securityMirror, kernel, rootPassword, sshKeys } = this.#settings;
    return {
      name: node.name,
      mac: macOf(node),
      key,
      bootUrl,
      controlUrl,
      domain,
      disk: node.disk ?? "",
      suite,
      mirror,
      securityMirror,
      kernel,
      sshKeys: sshKeys(),
      rootPassword,
    };
  }
}

/**
 * Returns the MAC address with which the installed system calls home. Every MAC address of the node identifies it, and
 * this one is always known.
 */
const macOf = (node: Node): string => node.macs[0] ?? "";
