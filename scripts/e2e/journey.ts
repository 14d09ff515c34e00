/**
 * Follows one machine from power-on through the Debian installer until it is ready. Afterwards, the code resets the
 * machine and waits until it boots its disk again.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "../../daemon/contract/client.ts";
import type { Node } from "../../daemon/contract/machines/node.ts";
import type { RunningMachine } from "../lab/machine.ts";
import { type Moment, momentInLog, momentOf, powerOn } from "./moments.ts";

/** Prints one line of progress, where `at` is the time in seconds since power-on. */
export type Tell = (at: number, line: string) => void;

export interface Traveller {
  name: string;
  client: Client;
  machine: RunningMachine;
  /** The path of the installer's log, which grows during the install. */
  installerLog: string;
}

const told = /^(node\.|boot\.|install\.|job\.(?!task)|http\.refused)/;

/** Waits until the machine is ready. Throws if the install fails, or if it takes longer than `limitSeconds`. */
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
      // A machine may boot its disk several times before it is ready, but only the first boot counts.
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
  /** The time in seconds from the reset until the netboot process instructs the machine to boot its disk. */
  answeredSeconds: number;
  /** The time in seconds from the reset to the login prompt of the installed system. */
  loginSeconds: number;
}

/**
 * After a reset, the firmware tries the network first, as always. The netboot process must instruct the machine to
 * boot its disk.
 */
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
  if (!answer) throw new Error(`${name} booted after its reset without a network request`);
  if (installer) throw new Error(`${name} received an installer after its reset: ${installer.summary}`);
  if (node.state.phase !== "ready") throw new Error(`${name} is ${describe(node)} after its reset`);
  return { answeredSeconds: (Date.parse(answer.at) - startedAt) / 1000, loginSeconds };
}

const describe = ({ state }: Node) => (state.phase === "installing" ? `installing (last stage: ${state.stage ?? "none"})` : state.phase);

/** Returns a function. Each call of that function returns the complete lines that were added since the previous call. */
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
