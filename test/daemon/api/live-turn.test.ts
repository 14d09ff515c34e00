/** A turn of the live feed: one budget for all followers, shared frames, and nothing for followers that take nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventSources } from "../../../daemon/api/live-frames.ts";
import { LivePlaces } from "../../../daemon/api/live-places.ts";
import { EVENTS_A_TURN, type Follower, liveTurn } from "../../../daemon/api/live-turn.ts";
import type { Event } from "../../../daemon/contract/event.ts";
import { MusterError } from "../../../daemon/errors/errors.ts";

interface Fake extends Follower {
  heard: number[];
}

function follower(seq: number, takes = Number.POSITIVE_INFINITY): Fake {
  const heard: number[] = [];
  return { seq, heard, ready: () => heard.length < takes, send: (text) => heard.push(JSON.parse(text).seq) };
}

/** A database with these events, and counts of the reads. */
function sources(seqs: number[]): { feed: EventSources; reads: { events: number; states: number } } {
  const reads = { events: 0, states: 0 };
  const events = seqs.map(
    (seq): Event => ({ seq, at: "2026-11-30T00:00:00Z", source: "control", type: "test", summary: "x", nodeId: "n", jobId: "j" }),
  );
  const counted = () => {
    reads.states += 1;
    return undefined;
  };
  const feed = {
    events: {
      lastSeq: () => seqs.at(-1) ?? 0,
      after: (seq: number, limit: number) => {
        const found = events.filter((event) => event.seq > seq).slice(0, limit);
        reads.events += found.length;
        return found;
      },
    },
    nodes: { findById: counted },
    jobs: { find: counted },
    executions: { get: counted },
  };
  return { feed: feed as unknown as EventSources, reads };
}

const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

test("one turn reads few events for any number of followers that want everything, and reads each event once", async () => {
  for (const count of [1, 40, 400]) {
    const { feed, reads } = sources(upTo(10_000));
    await liveTurn(new Set(Array.from({ length: count }, () => follower(0))), feed);
    assert(reads.events <= 1000, `${count} followers: ${reads.events} events read`);
    assert(reads.states <= 2 * reads.events, `${count} followers: ${reads.states} look-ups`);
  }
});

test("followers at different positions share the budget of reads, and all of them reach the end in order", async () => {
  const { feed, reads } = sources(upTo(3000));
  const followers = Array.from({ length: 30 }, (_, at) => follower(at * 97));
  const waiting = new Set<Follower>(followers);
  for (let turns = 1; followers.some(({ seq }) => seq < 3000); turns++) {
    const before = reads.events;
    await liveTurn(waiting, feed);
    assert(reads.events - before <= 1000, `turn ${turns} read ${reads.events - before} events`);
    assert(turns < 100, "the followers do not reach the end");
  }
  for (const [at, { heard }] of followers.entries()) assert.deepEqual(heard, upTo(3000).slice(at * 97));
});

test("a turn sends at most its budget, and the next turn begins with the followers that received nothing", async () => {
  const { feed } = sources(upTo(500));
  const followers = Array.from({ length: 25 }, () => follower(0));
  const waiting = new Set<Follower>(followers);
  await liveTurn(waiting, feed);
  const sent = () => followers.reduce((sum, { heard }) => sum + heard.length, 0);
  assert(sent() <= EVENTS_A_TURN + 64, `${sent()} events sent`);
  assert(followers.some(({ heard }) => heard.length === 0));
  for (let turns = 0; turns < 3; turns++) await liveTurn(waiting, feed);
  assert(followers.every(({ seq }) => seq === 500));
});

test("a follower that has almost everything is served before followers that are far behind", async () => {
  const { feed } = sources(upTo(10_000));
  const [late, present] = [Array.from({ length: 100 }, () => follower(0)), follower(9_990)];
  await liveTurn(new Set([...late, present]), feed);
  assert.deepEqual(present.heard, upTo(10_000).slice(9_990));
});

test("a follower that takes nothing receives nothing more, and continues where it stopped", async () => {
  const { feed } = sources(upTo(300));
  const [slow, dead, quick] = [follower(0, 100), follower(0, 0), follower(0)];
  const waiting = new Set<Follower>([dead, slow, quick]);
  await liveTurn(waiting, feed);
  assert.deepEqual([dead.heard.length, slow.heard.length, quick.heard.length], [0, 100, 300]);
  slow.ready = () => true;
  await liveTurn(waiting, feed);
  assert.deepEqual(slow.heard, upTo(300));
});

test("numbers without an event do not stop a follower", async () => {
  const { feed } = sources([3, 64, 65, 2_000_000, 2_000_001]);
  const one = follower(0);
  await liveTurn(new Set([one]), feed);
  assert.deepEqual(one.heard, [3, 64, 65, 2_000_000, 2_000_001]);
  assert.equal(one.seq, 2_000_001);
});

test("other work is done between the slices of a turn", async () => {
  const { feed } = sources(upTo(500));
  const order: string[] = [];
  const followers = new Set<Follower>(Array.from({ length: 8 }, () => follower(0)));
  const turn = liveTurn(followers, feed).then(() => order.push("turn"));
  setImmediate(() => order.push("other"));
  await turn;
  assert.deepEqual(order, ["other", "turn"]);
});

test("a key has a limited number of live feeds, all keys together too, and a place is given back once", () => {
  const places = new LivePlaces({ perKey: 2, inAll: 3 });
  const [leave] = [places.take("a"), places.take("a")];
  assert.throws(
    () => places.take("a"),
    (error) => error instanceof MusterError && /a key may open 2/.test(error.message),
  );
  const other = places.take("b");
  assert.throws(() => places.take("c"), /control serves 3/);
  leave?.();
  leave?.();
  places.take("c");
  assert.throws(() => places.take("b"), /control serves 3/);
  other();
  places.take("b");
});
