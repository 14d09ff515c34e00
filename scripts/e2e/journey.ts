/** Follows one machine from power-on through the Debian installer to ready, then resets it and sees its disk boot again. */
import { closeSync, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "../../daemon/contract/client.ts";
import type { Node } from "../../daemon/contract/machines/node.ts";
import type { RunningMachine } from "../lab/machine.ts";
import { type Moment, momentInLog, momentOf, powerOn } from "./moments.ts";

/** Where the story is told; `at` in seconds since power-on. */
export type Tell = (at: number, line: string) => void;

export interface Traveller {
  name: string;
  client: Client;
  machine: RunningMachine;
  /** A file that grows with the installer's log. */
  installerLog: string;
}

const told = /^(node\.|boot\.|install\.|job\.(?!task)|http\.refused)/;

/** Until it is ready. Throws when it never will be, or not before `limitSeconds`. */
export async function followToReady({ name, client, installerLog }: Traveller, limitSeconds: number, tell: Tell): Promise<Moment[]> {
  const startedAt = Date.now();
  const elapsed = () => (Date.now() - startedAt) / 1000;
  const moments: Moment[] = [powerOn];
  const log = newLines(installerLog);
  let since = 0;
  for (;;) {
    for (const line of log()) {
      const moment = momentInLog(line, elapsed());
      if (!moment) continue;
      moments.push(moment);
      tell(moment.at, `  installer: ${moment.doing}`);
    }
    for (const event of await client.listEvents({ since })) {
      since = event.seq;
      const moment = momentOf(event, startedAt);
      // A machine may boot its disk more than once on the way; the first time is the one that counts.
      if (moment && !moments.some((known) => known.name === moment.name)) moments.push(moment);
      if (told.test(event.type)) tell((Date.parse(event.at) - startedAt) / 1000, event.summary);
    }
    const node = await client.getNode({ node: name });
    if (node.state.phase === "ready") return [...moments, { name: "ready", doing: "", at: elapsed() }];
    if (node.state.phase === "install-failed" || node.state.phase === "configure-failed")
      throw new Error(`${name} is ${node.state.phase}: ${node.state.reason}`);
    if (elapsed() > limitSeconds) throw new Error(`${name} is still ${describe(node)} after ${limitSeconds} s`);
    await sleep(500);
  }
}

export interface SecondBoot {
  /** From the reset to the answer "boot your disk". */
  answeredSeconds: number;
  /** From the reset to the login prompt of the system on the disk. */
  loginSeconds: number;
}

/** The firmware asks the network first, as it always does; what it gets must be its own disk. */
export async function resetAndBootDisk({ name, client, machine }: Traveller, limitSeconds: number): Promise<SecondBoot> {
  const before = (await client.listEvents({ since: 0, limit: 5000 })).at(-1)?.seq ?? 0;
  const startedAt = Date.now();
  await machine.reset();
  await machine.waitForSerial(/login: /, limitSeconds * 1000);
  const loginSeconds = (Date.now() - startedAt) / 1000;
  const events = await client.listEvents({ since: before });
  const answer = events.find(({ type }) => type === "boot.local");
  const installer = events.find(({ type }) => type.startsWith("install."));
  const node = await client.getNode({ node: name });
  if (!answer) throw new Error(`${name} came up after its reset without asking the network first`);
  if (installer) throw new Error(`${name} met an installer after its reset: ${installer.summary}`);
  if (node.state.phase !== "ready") throw new Error(`${name} is ${describe(node)} after its reset`);
  return { answeredSeconds: (Date.parse(answer.at) - startedAt) / 1000, loginSeconds };
}

const describe = ({ state }: Node) => (state.phase === "installing" ? `installing (last stage: ${state.stage ?? "none"})` : state.phase);

/** Each call gives the whole lines added since the one before. */
function newLines(file: string): () => string[] {
  let [position, rest] = [0, ""];
  const buffer = Buffer.alloc(1 << 20);
  return () => {
    const descriptor = openSync(file, "r");
    const read = readSync(descriptor, buffer, 0, buffer.length, position);
    closeSync(descriptor);
    position += read;
    const lines = (rest + buffer.toString("latin1", 0, read)).split("\n");
    rest = lines.pop() ?? "";
    return lines;
  };
}
