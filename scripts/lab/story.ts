/** Prints the events of each machine, and how long each step took. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "../../daemon/contract/client.ts";
import type { Event } from "../../daemon/contract/event.ts";
import type { Node } from "../../daemon/contract/machines/node.ts";

/** The types of the events that are printed. Other events are shown only on the page. */
const told = /^(node\.|boot\.|install\.|job\.started|http\.refused|dhcp\.discover)/;

export interface Story {
  /** The current nodes. */
  nodes: Node[];
  /** The ids of the machines that wait for an operator and have sent a request while they wait. */
  waiting: ReadonlySet<string>;
}

/** Polls the daemon's events and calls `each` after every poll. Returns as soon as `each` returns true. */
export async function tellStory(client: Client, say: (line: string) => void, each: (story: Story) => Promise<boolean>): Promise<void> {
  let since = 0;
  const waiting = new Set<string>();
  const last = new Map<string, { at: number; type: string }>();
  for (;;) {
    const [events, nodes] = [await client.listEvents({ since }), await client.listNodes()];
    const names = new Map(nodes.map((node) => [node.id, node.name]));
    for (const event of events) {
      since = event.seq;
      if (event.type === "boot.wait" && event.nodeId) waiting.add(event.nodeId);
      const line = lineFor(event, names, last);
      if (line) say(line);
    }
    if (await each({ nodes, waiting })) return;
    await sleep(700);
  }
}

function lineFor(event: Event, names: Map<string, string>, last: Map<string, { at: number; type: string }>): string | undefined {
  if (!event.nodeId || !told.test(event.type)) return undefined;
  const at = Date.parse(event.at);
  const before = last.get(event.nodeId);
  // A waiting machine sends a request every few seconds, so print only its first request.
  if (before?.type === event.type && event.type === "boot.wait") return undefined;
  last.set(event.nodeId, { at, type: event.type });
  const took = before ? `${((at - before.at) / 1000).toFixed(1)} s` : "";
  return `${(names.get(event.nodeId) ?? "?").padEnd(16)} ${took.padStart(8)}  ${event.summary}`;
}
