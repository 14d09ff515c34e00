/**
 * A machine that is a network namespace. Boots with udhcpc and curl, makes all requests of an installer
 * without installing, and runs an sshd.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabNetwork } from "../../../scripts/lab/network.ts";
import { bootFromNetwork, fetch, type Plugged } from "../../../scripts/lab/simulated/firmware.ts";

export interface NodePlace {
  network: LabNetwork;
  folder: string;
  /** The authorized public key. */
  authorizedKeys: string;
}

let made = 0;

export class NamespaceNode {
  readonly name: string;
  readonly mac: string;
  readonly #place: NodePlace;
  readonly #machine: Plugged;
  #installer: { url: string; key: string } | undefined;
  #token = "";

  constructor(place: NodePlace, name: string) {
    made += 1;
    this.name = name;
    this.mac = `52:54:00:c0:${(made >> 8).toString(16).padStart(2, "0")}:${(made & 255).toString(16).padStart(2, "0")}`;
    this.#place = place;
    const { namespace } = place.network.client(this.mac);
    this.#machine = { network: place.network, namespace, name, mac: this.mac, uuid: randomUUID() };
  }

  /** Runs DHCP, loader and script. Returns what the script boots. */
  async powerOn(): Promise<"installer" | "disk"> {
    const step = await bootFromNetwork(this.#machine);
    if (step.kind === "local") return "disk";
    const argument = (name: string) => step.args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
    this.#installer = { url: argument("muster.url"), key: argument("muster.key") };
    return "installer";
  }

  /** Fetches only the script, for a machine that has its address. Returns what it would boot now. */
  async reset(): Promise<"installer" | "disk"> {
    const { network } = this.#place;
    const script = await fetch(this.#machine, `http://${network.address}:8080/boot.ipxe?mac=${this.mac}&platform=pcbios`);
    assert.match(script, /^#!ipxe/);
    return /^\s*kernel /m.test(script) ? "installer" : "disk";
  }

  /** Fetches a file that only the install key opens. */
  answer(file: string): Promise<string> {
    assert(this.#installer, `${this.name} was given no installer`);
    return fetch(this.#machine, `${this.#installer.url}/preseed/${this.#installer.key}/${file}`);
  }

  tell(stage: string, detail = ""): Promise<string> {
    assert(this.#installer, `${this.name} was given no installer`);
    return fetch(this.#machine, `${this.#installer.url}/progress/${this.#installer.key}/${stage}?detail=${encodeURIComponent(detail)}`);
  }

  async installUpToPartition(): Promise<void> {
    assert.equal(await this.powerOn(), "installer");
    await this.tell("start");
    assert.match(await this.answer("install.conf"), new RegExp(`MUSTER_HOSTNAME='?${this.name}`));
    await this.tell("partition");
  }

  async finishInstall(): Promise<void> {
    await this.tell("base");
    await this.tell("late");
    this.#token = /"token": "([^"]+)"/.exec(await this.answer("finish.sh"))?.[1] ?? "";
    await this.tell("done");
  }

  /**
   * Boots from its own disk: starts sshd and calls home with the token that the installer left. Returns the
   * HTTP status.
   */
  async bootFromDisk(controlUrl: string): Promise<number> {
    const hostKey = this.#startSshd();
    const { namespace } = this.#machine;
    const route = await this.#place.network.run("ip", ["-4", "-o", "address", "show", "dev", "eth0"], { namespace });
    const address = /inet ([\d.]+)/.exec(route)?.[1] ?? "";
    const body = JSON.stringify({ ip_address: address, hostname: this.name, token: this.#token, mac: this.mac, ssh_host_key: hostKey });
    const url = `${controlUrl}/api/ready-for-provisioning`;
    const args = ["-s", "-m", "20", "-w", "\n%{http_code}", "-H", "content-type: application/json", "-d", body, url];
    return Number((await this.#place.network.run("curl", args, { namespace })).split("\n").at(-1));
  }

  #startSshd(): string {
    const { network, folder, authorizedKeys } = this.#place;
    const file = join(folder, `${this.name}-host-key`);
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
    // A copy, as an installer leaves one, because nothing on a machine refers to the daemon's folder.
    const keys = join(folder, `${this.name}-authorized-keys`);
    copyFileSync(authorizedKeys, keys);
    mkdirSync("/run/sshd", { recursive: true });
    const options = [
      `HostKey ${file}`,
      `AuthorizedKeysFile ${keys}`,
      "PidFile none",
      "UsePAM no",
      "StrictModes no",
      "PermitRootLogin yes",
      "PasswordAuthentication no",
    ];
    const args = ["-D", "-f", "/dev/null", ...options.flatMap((option) => ["-o", option])];
    network.spawn("/usr/sbin/sshd", args, { namespace: this.#machine.namespace, stdio: "ignore" });
    return readFileSync(`${file}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
  }
}
