/** The meaning of error answers, as a table of texts that Consul and Nomad write. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterFailureOf, oneLine } from "../../../../daemon/cluster/wire/refusal.ts";
import { Conflict, Forbidden, NoLeader, NotFound, Refused } from "../../../../daemon/errors/cluster-failures.ts";

const nomad = { service: "Nomad", tokenSetting: "cluster.nomad.token_file" } as const;

for (const [status, text, kind] of [
  [403, "Permission denied", Forbidden],
  [403, "ACL token not found", Forbidden],
  [401, "", Forbidden],
  [500, "rpc error: ACL token expired", Forbidden],
  [404, "job not found", NotFound],
  [500, "deployment not found", NotFound],
  [500, "Enforcing job modify index 12: job exists with conflicting job modify index: 14", Conflict],
  [500, "Enforcing job modify index 0: job already exists", Conflict],
  [500, "Current job has version 1; enforcing version 7", Conflict],
  [409, "", Conflict],
  [500, "No cluster leader", NoLeader],
  [500, "rpc error: No cluster leader", NoLeader],
  [500, "No path to region", NoLeader],
  [500, "No known Consul servers", NoLeader],
  [500, "leadership lost while committing log", NoLeader],
  [400, "job scaling blocked due to active deployment", Refused],
  [400, "1 error occurred: no cluster leader is a bad job name", Refused],
  [500, "something else", Refused],
  [302, "", Refused],
] as const) {
  test(`${status} "${text}" is ${kind.name}`, () => {
    const failure = clusterFailureOf(nomad, status, text);
    assert.equal(failure.constructor, kind);
    assert.equal(failure.service, "Nomad");
  });
}

test("a missing permission names the setting of the token, a refusal keeps the text", () => {
  assert.match(clusterFailureOf(nomad, 403, "Permission denied").message, /^Nomad: it answered 403: cluster\.nomad\.token_file is missing/);
  assert.equal(clusterFailureOf(nomad, 400, " a\n\tb \n").message, "Nomad: it answered 400: a b");
});

test("the text of an answer can move no cursor and is short", () => {
  assert.equal(oneLine("\u001b[2Jgone\u0007\u202e!"), "[2Jgone !");
  assert.equal(oneLine("x".repeat(5000)).length, 501);
});
