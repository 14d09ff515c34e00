/** Blocking queries: which index follows, how long a query may take, and how a watch goes on after failures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { blockQuery, blockTimeoutMs, type Indexed, indexOf, nextIndex } from "../../../../daemon/cluster/wire/blocking-query.ts";
import type { ClusterRead } from "../../../../daemon/cluster/wire/read.ts";
import { type Observation, watch } from "../../../../daemon/cluster/wire/watch.ts";
import { NoLeader } from "../../../../daemon/errors/cluster-failures.ts";

for (const [asked, answered, next, why] of [
  [0, 7, 7, "the first answer gives the index"],
  [7, 7, 7, "a wait without a change keeps it"],
  [7, 9, 9, "a change raises it"],
  [7, 3, 0, "an index that goes backwards begins again"],
  [0, 0, 1, "an index of 0 would never wait"],
  [1, 0, 1, "a server that always answers 0 does not send the client back to 0"],
] as const) {
  test(`index ${asked} answered with ${answered} is followed by ${next}: ${why}`, () => assert.equal(nextIndex(asked, answered), next));
}

test("a wait is within what the service allows, and the time limit is above the wait and its jitter", () => {
  assert.deepEqual(blockQuery("Nomad", { index: 4, waitSeconds: 9999 }), { index: 4, wait: "300s" });
  assert.deepEqual(blockQuery("Consul", { index: 4, waitSeconds: 9999 }), { index: 4, wait: "600s" });
  assert.deepEqual(blockQuery("Consul", { index: 0, waitSeconds: 0 }), { index: 0, wait: "1s" });
  assert.ok(blockTimeoutMs("Nomad", { index: 4, waitSeconds: 9999 }) > 300_000 * (1 + 1 / 16));
});

test("the headers of both services are read, and a header that is no number counts as 0", () => {
  const headers = (all: Record<string, string>) => indexOf(new Headers(all));
  assert.deepEqual(headers({ "X-Nomad-Index": "12", "X-Nomad-KnownLeader": "false", "X-Nomad-LastContact": "44" }), {
    index: 12,
    knownLeader: false,
    lastContactMs: 44,
  });
  assert.equal(headers({ "X-Consul-Index": "13" }).index, 13);
  assert.equal(headers({ "X-Consul-Index": "-1" }).index, 0);
  assert.equal(headers({}).knownLeader, true);
});

/** Answers with these indexes in turn, and records what was asked. */
function lab(answers: (number | Error)[]) {
  const end = new AbortController();
  const asked: number[] = [];
  const pauses: number[] = [];
  const query = async ({ block }: ClusterRead): Promise<Indexed<string>> => {
    asked.push(block?.index ?? -1);
    const answer = answers.shift();
    if (answer === undefined) {
      end.abort();
      throw end.signal.reason;
    }
    if (answer instanceof Error) throw answer;
    return { value: `v${answer}`, index: answer, knownLeader: true, lastContactMs: 0 };
  };
  const pause = async (ms: number) => void pauses.push(ms);
  const seen = async () => {
    const all: Observation<string>[] = [];
    for await (const each of watch(query, { signal: end.signal, random: () => 1, pause, now: () => 0 })) all.push(each);
    return all.map((each) => (each.kind === "value" ? each.value : each.kind));
  };
  return { seen, asked, pauses };
}

test("a watch asks with the last index, and gives an unchanged answer its own name", async () => {
  const { seen, asked } = lab([5, 5, 8]);
  assert.deepEqual(await seen(), ["v5", "unchanged", "v8"]);
  assert.deepEqual(asked, [0, 5, 5, 8]);
});

test("after a restore, the watch begins again from 0 once", async () => {
  const { seen, asked } = lab([50, 3, 3, 3]);
  assert.deepEqual(await seen(), ["v50", "v3", "v3", "unchanged"]);
  assert.deepEqual(asked, [0, 50, 0, 3, 3]);
});

test("a failure is an observation, and the watch reads everything again after a growing pause", async () => {
  const gone = new NoLeader("Nomad", "no leader");
  const { seen, asked, pauses } = lab([5, gone, gone, gone, 6]);
  assert.deepEqual(await seen(), ["v5", "failed", "failed", "failed", "v6"]);
  assert.deepEqual(asked, [0, 5, 0, 0, 0, 6]);
  assert.deepEqual(
    pauses.filter((ms) => ms > 0),
    [500, 1000, 2000],
  );
});

test("an index that races ahead is slowed down", async () => {
  const { seen, pauses } = lab(Array.from({ length: 40 }, (_, index) => index + 1));
  await seen();
  assert.equal(pauses.filter((ms) => ms === 0).length, 10, "a burst is not slowed down");
  assert.ok(pauses.slice(10).every((ms) => ms >= 200));
});

test("a defect in the query is not repeated for ever", async () => {
  await assert.rejects(lab([new TypeError("defect")]).seen(), TypeError);
});
