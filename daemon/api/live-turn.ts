/**
 * One turn of the live feed: sends new events to all listeners. A turn has a budget for all listeners together, and other
 * requests are answered between its slices.
 */
import { type EncodedEvent, EventFrames, type EventSources } from "./live-frames.ts";

export interface Follower {
  /** The sequence number of the last event that was sent. */
  seq: number;
  /** Returns false if the follower is gone, or if the follower has not yet taken what was sent. */
  ready(): boolean;
  send(text: string): void;
}

/** The maximum number of events that one turn sends to all followers together. */
export const EVENTS_A_TURN = 5000;
/** After this number of events, a turn lets other requests be answered. */
const SLICE = 250;

/**
 * Sends events until every follower has all of them or the budget is spent. Moves each follower that received events
 * behind the others, so the next turn begins with the followers that received nothing.
 */
export async function liveTurn(followers: Set<Follower>, sources: EventSources): Promise<void> {
  const frames = new EventFrames(sources);
  let left = EVENTS_A_TURN;
  let slice = SLICE;
  // A follower that is far behind must not delay the followers that wait for new events only.
  for (const follower of [...followers].sort((one, other) => Number(frames.isOld(one.seq)) - Number(frames.isOld(other.seq)))) {
    for (let next = frames.after(follower.seq); next && left > 0 && follower.ready(); next = frames.after(follower.seq)) {
      const sent = sendTo(follower, next.encoded);
      if (sent === next.encoded.length) follower.seq = next.next;
      if (followers.delete(follower)) followers.add(follower);
      left -= sent;
      slice -= sent + 1;
      if (slice > 0) continue;
      await otherWork();
      slice = SLICE;
    }
    if (left <= 0) return;
  }
}

const otherWork = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Returns the number of events that the follower received. */
function sendTo(follower: Follower, encoded: readonly EncodedEvent[]): number {
  for (const [sent, { seq, frames }] of encoded.entries()) {
    if (!follower.ready()) return sent;
    for (const frame of frames) follower.send(frame);
    follower.seq = seq;
  }
  return encoded.length;
}
