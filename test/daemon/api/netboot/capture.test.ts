import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "../../../../daemon/contract/client.ts";
import { serve } from "../../../support/dhcp/served.ts";
import { addNode } from "../../../support/world.ts";

test("a capture is downloaded as the file it is, under the machine's name", async (t) => {
  const file = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const served = await serve(t, { capture: () => file });
  const node = addNode(served.world);
  const key = served.key("operator");
  const answer = await fetch(`${served.url}/api/nodes/${node.name}/capture`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal(answer.headers.get("content-type"), "application/vnd.tcpdump.pcap");
  assert.equal(answer.headers.get("content-disposition"), `attachment; filename="${node.name}.pcap"`);
  assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), file);
  const client = createClient({ baseUrl: served.url, headers: () => ({ authorization: `Bearer ${key}` }) });
  assert.deepEqual(await client.captureNode({ node: node.macs[0] ?? "" }), file);
});

test("a machine without captured packets has no capture, and the error says how to get one", async (t) => {
  const served = await serve(t, { capture: () => undefined });
  const { name } = addNode(served.world);
  const { status, body } = await served.request(`/api/nodes/${name}/capture`, { key: served.key("operator") });
  assert.equal(status, 404);
  assert.match(JSON.stringify(body), /CAPTURE_EMPTY.*Boot the machine from the network once/);
});
