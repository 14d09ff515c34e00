/** A request that no machine acknowledges holds its place for some seconds only. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../../support/until.ts";
import { startFixture } from "./client.ts";

for (const timeout of ["255", "20"])
  test(`a request for a timeout of ${timeout} seconds that nothing acknowledges is over after one repetition`, async (t) => {
    const fixture = await startFixture();
    t.after(() => fixture.close());
    fixture.write("file", "content");
    await using client = await fixture.client();
    await client.read("file", "timeout", timeout);
    await until("the transfer has ended", () => fixture.eventsOf(client).length > 0);
    assert.deepEqual(fixture.eventsOf(client), ["tftp.gave-up"]);
    assert.ok(client.drain().length <= 2, "it was not repeated for minutes");
  });
