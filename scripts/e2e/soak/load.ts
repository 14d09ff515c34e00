/**
 * Runs the load in a separate process, in the network namespace of the machines. The argument of the program is the
 * setup as JSON. The program ends on SIGTERM.
 */
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
  /** All machines are switched on within this number of seconds. */
  rampSeconds: number;
  upSeconds: readonly [number, number];
}

const play = JSON.parse(process.argv[2] ?? "{}") as Play;
const stream = createWriteStream(play.journal);
const write = journalOn(stream);
const relay = await Relay.open({ address: play.relay, server: play.server });
const hall = { relay, addresses: new Addresses(), write, server: play.server, controlUrl: play.controlUrl, upSeconds: play.upSeconds };

process.once("SIGTERM", async () => {
  if (relay.wrongEchoes > 0) process.stderr.write(`${relay.wrongEchoes} answers did not carry the relay's option as their last\n`);
  stream.end();
  await finished(stream);
  process.exit(relay.wrongEchoes > 0 ? 1 : 0);
});
process.stdout.write("on\n");
for (const plug of play.machines) {
  void new SoakMachine(hall, plug).live();
  await sleep((play.rampSeconds * 1000) / play.machines.length);
}
