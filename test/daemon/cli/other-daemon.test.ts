/** Commands that call a daemon of another version, or another server. */
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { connect } from "../../../daemon/cli/connect.ts";

async function clientOf(t: TestContext, answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return connect({ url, key: "mk_test", version: "1.0.0" });
}

const statusOnly =
  (version: string, otherwise: RequestListener): RequestListener =>
  (request, response) =>
    request.url === "/api/status" ? response.end(JSON.stringify({ version })) : otherwise(request, response);

test("an unreadable answer of a newer daemon is reported as a difference of versions", async (t) => {
  const client = await clientOf(
    t,
    statusOnly("2.0.0", (_, response) => response.end(`[{"name":"n1","shape":"new"}]`)),
  );
  await assert.rejects(client.listNodes(), { code: "VERSION_DIFFERS", message: /is version 2\.0\.0, this command is 1\.0\.0/ });
});

test("a request that an older daemon does not know is reported as a difference of versions", async (t) => {
  const client = await clientOf(
    t,
    statusOnly("0.9.0", (_, response) => response.writeHead(404).end("not found")),
  );
  await assert.rejects(client.listJobs({}), { code: "VERSION_DIFFERS", message: /0\.9\.0.*does not know this request/ });
});

test("a server that is not a daemon is reported with its address", async (t) => {
  const client = await clientOf(t, (_, response) => response.writeHead(404).end("<html>nginx</html>"));
  await assert.rejects(client.listNodes(), { code: "HTTP_ERROR", hint: /address of a Muster daemon/ });
});

test("a rate-limited command waits for Retry-After and retries; it gives up if that value is wrong or long", async (t) => {
  let asked = 0;
  const busy =
    (after: string): RequestListener =>
    (_, response) =>
      ++asked === 2 ? response.end("[]") : response.writeHead(429, { "retry-after": after }).end('{"message":"Rate limit exceeded"}');
  const client = await clientOf(t, busy("1"));
  const before = performance.now();
  assert.deepEqual(await client.listNodes(), []);
  assert.ok(performance.now() - before >= 990);
  assert.equal(asked, 2);
  for (const after of ["soon", "3600", "-1"]) await assert.rejects((await clientOf(t, busy(after))).listNodes(), { status: 429 });
});
