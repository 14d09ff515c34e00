/**
 * Sends the requests that the Debian installer sends over the network, but writes no disk. The requests fetch the
 * kernel, the initrd and the answers, and report each stage.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Step } from "../../lab/simulated/ipxe.ts";
import type { HttpAnswer } from "./http-client.ts";
import type { Witnessed } from "./journal.ts";

/** The functions that a machine offers to the simulated installer. */
interface InstallingMachine {
  get(url: string, headers?: Record<string, string>): Promise<HttpAnswer>;
  witness(step: Witnessed["step"], word: string, from: number): void;
}

export interface Installed {
  token: string;
  hostKey: string;
  /** The URL of a file that can only be fetched with the install key. */
  answersUrl: string;
}

/** Fetching the start of a file is enough to show that the file exists. */
const HEAD = { range: "bytes=0-65535" };
/**
 * This share of installs loses power before the disk is written, and the same share loses power during the install. A
 * power loss must not make the installer write a disk twice.
 */
const CUT_SHARE = 0.2;
/** The load repeats a failed request, because netboot may be restarting. */
const TRIES = 20;
const PAUSE_MS = 1000;

export async function install(
  machine: InstallingMachine,
  { kernel, initrds, args }: Extract<Step, { kind: "kernel" }>,
): Promise<Installed> {
  for (const url of [kernel, ...initrds]) {
    const asked = Date.now();
    await insist(machine, url, HEAD);
    machine.witness("file", new URL(url).pathname, asked);
  }
  const fate = Math.random();
  const preseed = args.find((arg) => arg.startsWith("url="))?.slice("url=".length) ?? "";
  const answers = preseed.slice(0, preseed.lastIndexOf("/"));
  const progress = answers.replace("/preseed/", "/progress/");
  const tell = async (stage: string) => {
    const asked = Date.now();
    await insist(machine, `${progress}/${stage}?detail=`);
    machine.witness("stage", stage, asked);
  };
  await insist(machine, preseed);
  await tell("start");
  if (fate < CUT_SHARE) throw new Error("power lost before the installer reached the disk");
  await insist(machine, `${answers}/disk.sh`);
  await tell("partition");
  if (fate > 1 - CUT_SHARE) throw new Error("power lost in the middle of the install");
  await sleep(2000);
  await tell("base");
  await sleep(2000);
  await tell("late");
  const finish = await insist(machine, `${answers}/finish.sh`);
  await tell("done");
  const token = /"token": "([^"]+)"/.exec(finish)?.[1];
  if (token === undefined) throw new Error("the finishing script contains no token");
  return { token, hostKey: `ssh-ed25519 ${randomBytes(51).toString("base64")}`, answersUrl: `${answers}/finish.sh` };
}

async function insist(machine: InstallingMachine, url: string, headers: Record<string, string> = {}): Promise<string> {
  let why = "";
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      const { status, body } = await machine.get(url, headers);
      if (status === 200 || status === 206) return body;
      why = `HTTP ${status}: ${body.slice(0, 80)}`;
      if (status >= 400 && status < 500) break; // the request is refused, so a retry would change nothing
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    await sleep(PAUSE_MS);
  }
  throw new Error(`${new URL(url).pathname.replace(/[0-9a-f]{32}/, "KEY")}: ${why}`);
}
