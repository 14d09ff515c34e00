/** Computes the steps of a machine from its first network packet to ready, with durations and the medians of its peers. Pure. */
import type { Event } from "../../../daemon/contract/event.ts";

export interface Step {
  name: string;
  fromMs: number;
  /** Undefined while the step is running. */
  toMs: number | undefined;
}

export interface Journey {
  steps: readonly Step[];
  outcome: "ready" | "failed" | "under way";
}

const beginnings = new Map<string, string>([
  ["install.handed-out", "loading the installer"],
  ["install.start", "preparing"],
  ["install.partition", "partitioning"],
  ["install.base", "base system"],
  ["install.late", "last steps"],
  ["install.done", "restarting"],
  ["node.called-home", "waiting for configuration"],
  ["node.configuring", "configuring"],
]);

const endings = new Map<string, Journey["outcome"]>([
  ["node.ready", "ready"],
  ["node.install-failed", "failed"],
  ["node.configure-failed", "failed"],
  ["install.failed", "failed"],
]);
/** The types of the events that start a new journey. */
const departures = new Set(["node.armed", "node.wipe-armed", "node.rescue", "node.retired", "node.discovered"]);
const onTheWire = /^(dhcp|tftp|boot)\./;

/** Returns the latest journey (the steps of an installation) in a timeline. The timeline starts with the oldest event. */
export function journeyOf(events: readonly Event[]): Journey | undefined {
  let steps: Step[] = [];
  let outcome: Journey["outcome"] = "under way";
  let latest: Journey | undefined;
  for (const { type, at } of events) {
    const atMs = Date.parse(at);
    const begins = beginnings.get(type) ?? (onTheWire.test(type) && steps.length === 0 ? "network boot" : undefined);
    const ends = endings.get(type);
    if (departures.has(type) || (begins !== undefined && outcome !== "under way")) {
      steps = [];
      outcome = "under way";
    }
    if (ends === undefined && begins === undefined) continue;
    if (outcome !== "under way") continue;
    const last = steps.at(-1);
    if (last && last.name === begins) continue;
    if (last) steps = [...steps.slice(0, -1), { ...last, toMs: atMs }];
    if (begins !== undefined) steps = [...steps, { name: begins, fromMs: atMs, toMs: undefined }];
    if (ends !== undefined && steps.length > 0) outcome = ends;
    // A machine that only boots its own disk has no journey.
    if (steps.some(({ name }) => name !== "network boot")) latest = { steps, outcome };
  }
  return latest;
}

/** Returns the median duration of each step over all peers with that step, in milliseconds. */
export function peerMedians(events: readonly Event[], nodeId: string): { medians: ReadonlyMap<string, number>; peers: number } {
  const byNode = Map.groupBy(events, (event) => event.nodeId);
  byNode.delete(undefined);
  byNode.delete(nodeId);
  const journeys = [...byNode.values()].map(journeyOf).filter((journey) => journey !== undefined);
  const lengths = new Map<string, number[]>();
  for (const { name, fromMs, toMs } of journeys.flatMap(({ steps }) => steps))
    if (toMs !== undefined) lengths.set(name, [...(lengths.get(name) ?? []), toMs - fromMs]);
  return { medians: new Map([...lengths].map(([name, found]) => [name, median(found)])), peers: journeys.length };
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
