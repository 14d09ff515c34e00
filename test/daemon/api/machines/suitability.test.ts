/** Control refuses to arm a machine with a processor that is too old. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../../../support/dhcp/served.ts";
import { addNode } from "../../../support/world.ts";

test("it is refused with the reason and what runs on it, and nothing changes", async (t) => {
  const { world, request, key } = await serve(t);
  const { id, name } = addNode(world, { phase: "accepted" });
  world.registry.update(id, (node) => ({
    node: { ...node, facts: { cpuArch: "i686" } },
    event: { source: "netboot", type: "boot.wait", summary: "waits" },
  }));
  const { status, body } = await request(`/api/nodes/${name}/arm`, { method: "POST", key: key("operator"), body: "{}" });
  assert.equal(status, 409);
  assert.partialDeepStrictEqual(body, { error: { code: "NODE_UNSUITABLE" } });
  assert.match(JSON.stringify(body), /32-bit; Debian 13 has no installer and no kernel for it; Debian 12 i386 runs on it/);
  assert.deepEqual(world.nodes.findById(id)?.state, { phase: "accepted" });
});
