/** Requests above the rate limit, with the limits of the real daemon. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, createClient } from "../../../daemon/contract/client.ts";
import { patiently } from "../../../web/src/parts/patience.ts";
import { serve } from "../../support/dhcp/served.ts";
import { steadyAt } from "../../support/steady-clock.ts";
import { addNode } from "../../support/world.ts";

test("a request that met the limit is repeated later and executed once", async (t) => {
  const served = await serve(t, { limits: { sensitive: 10, normal: 2, reading: 100 } });
  for (const name of ["n1", "n2", "n3"]) addNode(served.world, { phase: "discovered" }, name);
  const key = served.key("operator");
  const client = createClient({ baseUrl: served.url, headers: () => ({ authorization: `Bearer ${key}` }) });
  const waited: number[] = [];
  let steady = 1000;
  const setSteady = steadyAt(t, steady);
  for (const node of ["n1", "n2", "n3"])
    await patiently(
      () => client.acceptNode({ node }),
      async (seconds) => {
        waited.push(seconds);
        steady += seconds * 1000;
        setSteady(steady);
      },
      () => false,
    );
  assert.equal(waited.length, 1);
  assert.ok(waited[0]! > 0 && waited[0]! <= 60);
  assert.deepEqual(
    served.world.nodes.list().map(({ state }) => state.phase),
    ["accepted", "accepted", "accepted"],
  );
});

test("another error, or an error after the end of the wait, is reported at once", async () => {
  const refused = new ApiError(409, { code: "NODE_WRONG_PHASE", message: "no", hint: "no" });
  const limited = new ApiError(429, { code: "RATE_LIMITED", message: "no", hint: "no" }, "7");
  const never = () => assert.fail("it waits");
  await assert.rejects(
    patiently(
      () => Promise.reject(refused),
      never,
      () => false,
    ),
    refused,
  );
  await assert.rejects(
    patiently(
      () => Promise.reject(limited),
      never,
      () => true,
    ),
    limited,
  );
});
