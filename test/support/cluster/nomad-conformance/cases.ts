/** The conformance suite: what Muster expects of Nomad. It runs against the stand-in and against a real Nomad. */
import { after, afterEach, before, suite, test } from "node:test";
import { openNomad } from "../../../../daemon/cluster/nomad/nomad.ts";
import { jobCases } from "./job-cases.ts";
import { type Help, Kit } from "./kit.ts";
import { otherCases } from "./other-cases.ts";
import { runCases } from "./run-cases.ts";
import { streamCases } from "./stream-cases.ts";

/** A Nomad with one server, one node named by itself, and the driver `raw_exec`. */
export interface NomadUnderTest {
  url: string;
  help?: Help;
  stop(): Promise<void>;
}

const noHelp: Help = { knowFile: () => {}, hold: () => {}, release: () => {} };

export function nomadConformance(name: string, start: () => Promise<NomadUnderTest>, options: { skip?: string | false } = {}): void {
  suite(name, options, () => {
    let kit: Kit;
    const stops: (() => Promise<void>)[] = [];
    before(async () => {
      const under = await start();
      stops.push(() => under.stop());
      const nomad = openNomad({ url: under.url });
      stops.push(() => nomad.close());
      kit = new Kit(nomad, new AbortController().signal, under.help ?? noHelp);
    });
    afterEach(() => kit.clear());
    after(async () => {
      for (const stop of stops.toReversed()) await stop();
    });
    for (const each of [...jobCases, ...runCases, ...streamCases, ...otherCases]) test(each.name, () => each.run(kit));
  });
}
