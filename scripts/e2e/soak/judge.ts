/** Compares the answers that the machines received with the events that the daemon recorded. Pure. */
import type { Event } from "../../../daemon/contract/event.ts";
import type { Entry, Witnessed } from "./journal.ts";

export interface Evidence {
  journal: readonly Entry[];
  /** The events of each machine, in the order of its timeline. */
  timelines: ReadonlyMap<string, readonly Pick<Event, "seq" | "at" | "type">[]>;
  /** The number of times that each machine was armed, and the number of times that it was configured. */
  armed: ReadonlyMap<string, number>;
  configured: ReadonlyMap<string, number>;
  /** The times at which netboot was killed, in milliseconds since the epoch. */
  kills: readonly number[];
}

export interface Verdict {
  boots: number;
  /** The number of abandoned boots for each reason. */
  gaveUp: ReadonlyMap<string, number>;
  bootMs: { median: number; p99: number; worst: number };
  witnessed: number;
  duplicates: number;
  installs: number;
  reinstalls: number;
  staleKeys: number;
  reconfigured: number;
  /**
   * `missing` is the number of steps without an event. `disordered` is the number of steps whose events are in the
   * wrong order. `problems` describes the first of the missing and disordered steps.
   */
  missing: number;
  disordered: number;
  timelinesIncomplete: number;
  /** The number of answers whose event was not saved, because netboot was killed just after it sent the answer. */
  lostToKills: number;
  problems: string[];
}

/**
 * Most events are saved before their answer is sent, or at the same time. For the steps `discover`, `loader` and
 * `file`, the event is saved just after the answer. netboot may be killed before the event is saved.
 */
const writtenAfter: ReadonlySet<Witnessed["step"]> = new Set(["discover", "loader", "file"]);
/** On a busy host, the event of a step in `writtenAfter` is saved at most this many milliseconds after the answer. */
const LATE_MS = 3_000;
/** The answer and its event use the same clock, but the daemon rounds the time of an event to a millisecond. */
const EARLY_MS = 20;
const MOST_PROBLEMS = 20;

export function judge({ journal, timelines, armed, configured, kills }: Evidence): Verdict {
  const problems: string[] = [];
  const stories = Map.groupBy(
    journal.filter((entry) => entry.kind === "witnessed"),
    ({ mac }) => mac,
  );
  const installs = installsOf(stories, armed);
  problems.push(...installs.problems);
  const verdict: Verdict = {
    boots: count(journal, "booted"),
    gaveUp: reasons(journal),
    bootMs: bootTimes(journal),
    witnessed: count(journal, "witnessed"),
    duplicates: count(journal, "duplicate"),
    installs: installs.disksWritten,
    reinstalls: installs.reinstalls,
    staleKeys: count(journal, "stale-key"),
    reconfigured: [...configured].filter(([mac, runs]) => runs > (armed.get(mac) ?? 0)).length,
    missing: 0,
    disordered: 0,
    timelinesIncomplete: 0,
    lostToKills: 0,
    problems,
  };
  for (const [mac, story] of stories) {
    const found = compare(story, timelines.get(mac) ?? [], kills);
    verdict.missing += found.missing.length;
    verdict.disordered += found.disordered.length;
    verdict.lostToKills += found.lostToKills;
    if (found.missing.length + found.disordered.length > 0) verdict.timelinesIncomplete += 1;
    for (const each of found.missing)
      problems.push(`${mac} boot ${each.boot}: no ${eventTypes(each)[0]} for what it saw at ${time(each.to)}`);
    for (const each of found.disordered)
      problems.push(`${mac} boot ${each.boot}: ${eventTypes(each)[0]} at ${time(each.to)} comes too early`);
  }
  problems.splice(MOST_PROBLEMS);
  return verdict;
}

/** Finds the event of each step. The event must have the right time and follow the event of the previous step. */
function compare(story: readonly Witnessed[], timeline: readonly Pick<Event, "seq" | "at" | "type">[], kills: readonly number[]) {
  const [missing, disordered]: [Witnessed[], Witnessed[]] = [[], []];
  const used = new Set<number>();
  let [lostToKills, before] = [0, 0];
  for (const step of story) {
    const types = eventTypes(step);
    const late = writtenAfter.has(step.step) ? LATE_MS : EARLY_MS;
    const inTime = timeline.filter((event) => {
      const at = Date.parse(event.at);
      return types.includes(event.type) && !used.has(event.seq) && at >= step.from - EARLY_MS && at <= step.to + late;
    });
    const event = inTime.find(({ seq }) => seq > before) ?? inTime[0];
    if (!event) {
      const killed = kills.some((at) => at >= step.from && at <= step.to + LATE_MS);
      if (writtenAfter.has(step.step) && killed) lostToKills += 1;
      else missing.push(step);
      continue;
    }
    if (event.seq < before) disordered.push(step);
    used.add(event.seq);
    before = Math.max(before, event.seq);
  }
  return { missing, disordered, lostToKills };
}

/**
 * The installer sends a message before it writes to the disk. After the installer has announced the first write,
 * netboot may not send an installer until the machine is armed again.
 */
function installsOf(stories: ReadonlyMap<string, readonly Witnessed[]>, armed: ReadonlyMap<string, number>) {
  const problems: string[] = [];
  let [disksWritten, reinstalls] = [0, 0];
  for (const [mac, story] of stories) {
    const isWriting = ({ step, word }: Witnessed) => step === "stage" && word === "partition";
    const isGiven = ({ step, word }: Witnessed) => step === "script" && word === "install";
    const allowed = armed.get(mac) ?? 0;
    const [written, given] = [story.filter(isWriting).length, story.filter(isGiven).length];
    const first = story.findIndex(isWriting);
    const givenAfter = first === -1 ? 0 : story.slice(first).filter(isGiven).length;
    // Before the first write to the disk, a failed attempt may get the installer once more.
    // After the write, the machine must be armed again.
    const tooMany = Math.max(written - allowed, given - 2 * allowed, givenAfter - 2 * Math.max(allowed - 1, 0), 0);
    disksWritten += written;
    reinstalls += tooMany;
    if (tooMany > 0) problems.push(`${mac}: armed ${allowed} times, given the installer ${given} times, its disk written ${written} times`);
  }
  return { disksWritten, reinstalls, problems };
}

/** Returns the event types that the daemon may record for the step. */
function eventTypes({ step, word }: Witnessed): string[] {
  switch (step) {
    case "discover":
      return ["dhcp.discover"];
    case "request":
      return ["dhcp.request"];
    case "loader":
      return ["tftp.complete"];
    case "script":
      // If an install cannot succeed any more, the script that ends the install also boots the disk.
      return word === "install" ? ["install.handed-out"] : ["boot.local", "install.failed"];
    case "file":
      return ["http.asset"];
    case "stage":
      return [`install.${word}`];
    case "call-home":
      return ["node.called-home"];
  }
}

function reasons(journal: readonly Entry[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const entry of journal) if (entry.kind === "gave-up") found.set(entry.why, (found.get(entry.why) ?? 0) + 1);
  return new Map([...found].sort(([, one], [, other]) => other - one));
}

/** Returns the durations of the boots in which a machine received its boot script. */
function bootTimes(journal: readonly Entry[]): Verdict["bootMs"] {
  const all = journal.flatMap((entry) => (entry.kind === "booted" ? [entry.tookMs] : [])).sort((one, other) => one - other);
  const at = (share: number) => all[Math.max(Math.ceil(all.length * share) - 1, 0)] ?? 0;
  return { median: at(0.5), p99: at(0.99), worst: at(1) };
}

const count = (journal: readonly Entry[], kind: Entry["kind"]) => journal.filter((entry) => entry.kind === kind).length;
const time = (at: number) => new Date(at).toISOString().slice(11, 23);
