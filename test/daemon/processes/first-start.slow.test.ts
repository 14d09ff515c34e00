/** The first start shows the first key once, even if it succeeds only after several attempts. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { newFolder, startMuster } from "../../support/processes/running-daemon.ts";
import { until } from "../../support/until.ts";

const keysShown = (text: string): number => text.match(/first API key/g)?.length ?? 0;

test("while another program holds the port no key is created; when the port is free the key is shown, and it works", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  t.after(() => other.close());
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  const folder = newFolder(t);
  const settings = { admin: { control: { host: "127.0.0.1", port } } };
  const daemon = startMuster(t, { folder, settings });
  await until("the start has failed twice", () => (daemon.said().match(/cannot listen on/g)?.length ?? 0) >= 2);
  assert.equal(keysShown(daemon.said()), 0);
  other.close();
  await once(other, "close");
  const client = await daemon.client(await daemon.firstKey());
  assert.deepEqual(
    (await client.listKeys()).map(({ name, role }) => [name, role]),
    [["first", "admin"]],
  );
  await daemon.stop();

  const again = startMuster(t, { folder, settings });
  await again.url();
  assert.equal(keysShown(daemon.said()) + keysShown(again.said()), 1);
});

test("an address that does not exist yet, and a start that is killed before it listens, leave no key behind", async (t) => {
  const folder = newFolder(t);
  const absent = { admin: { control: { host: "203.0.113.7", port: 0 } } };
  const early = startMuster(t, { folder, settings: absent });
  await until("the start has failed", () => /cannot listen on/.test(early.said()));
  await early.stop("SIGKILL");
  assert.equal(keysShown(early.said()), 0);
  const daemon = startMuster(t, { folder });
  const client = await daemon.client(await daemon.firstKey());
  assert.equal((await client.listKeys()).length, 1);
});
