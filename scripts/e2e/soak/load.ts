/** The load, a process of its own in the machines' namespace. Argument: what to play, as JSON. Ends with SIGTERM. */
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Addresses } from "./addresses.ts";
import { journalOn } from "./journal.ts";
import { type Plug, SoakMachine } from "./machine.ts";
import { Relay } from "./relay.ts";

export interface Play {
  journal: string;
  relay: string;
  server: string;
  controlUrl: string;
  machines: readonly Plug[];
  /** All are switched on within so many seconds. */
  rampSeconds: number;
  upSeconds: readonly [number, number];
}

const play = JSON.parse(process.argv[2] ?? "{}") as Play;
const stream = createWriteStream(play.journal);
const write = journalOn(stream);
const relay = await Relay.open({ address: play.relay, server: play.server });
const hall = { relay, addresses: new Addresses(), write, server: play.server, controlUrl: play.controlUrl, upSeconds: play.upSeconds };

process.once("SIGTERM", async () => {
  if (relay.wrongEchoes > 0) process.stderr.write(`${relay.wrongEchoes} answers without the relay's option as their last\n`);
  stream.end();
  await finished(stream);
  process.exit(relay.wrongEchoes > 0 ? 1 : 0);
});
process.stdout.write("on\n");
for (const plug of play.machines) {
  void new SoakMachine(hall, plug).live();
  await sleep((play.rampSeconds * 1000) / play.machines.length);
}
