/** The pages of other services, with a server that answers like Consul and Nomad. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { openConsul } from "../../../daemon/cluster/consul/consul.ts";
import { openNomad } from "../../../daemon/cluster/nomad/nomad.ts";
import { WebUiFinder } from "../../../daemon/cluster/web-uis.ts";
import { createClient } from "../../../daemon/contract/client.ts";
import { serve } from "../../support/dhcp/served.ts";

const checks = [
  { ServiceName: "grafana", Type: "http", Status: "passing" },
  { ServiceName: "grafana", Type: "ttl", Status: "passing" },
  { ServiceName: "prima-api-worker", Type: "tcp", Status: "passing" },
  { ServiceName: "", CheckID: "serfHealth", Type: "", Status: "passing" },
  { ServiceName: "chat/../x", Type: "http", Status: "passing" },
  { ServiceName: "broken", Type: "http", Status: "passing" },
];

const instance = (service: string, Address: string, Port: unknown) => ({
  Node: { Node: "n7", Address: "10.0.0.7" },
  Service: { ID: service, Service: service, Address, Port },
});
const instances: Record<string, unknown> = {
  grafana: [instance("grafana", "", 3000)],
  "chat/../x": [instance("chat/../x", "fd00::7", 8080)],
  broken: [instance("broken", "javascript:alert(1)//", "8080")],
};
const consulAt = (t: TestContext, url: string, token?: string) => {
  const consul = openConsul({ url, token });
  t.after(() => consul.close());
  return consul;
};
const nomadAt = (t: TestContext, url: string) => {
  const nomad = openNomad({ url });
  t.after(() => nomad.close());
  return nomad;
};

/** Consul and Nomad at one address. */
async function standIn(t: TestContext) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const name = /^\/v1\/health\/service\/([^?]+)\?passing=true$/.exec(request.url ?? "")?.[1];
    const body =
      request.url === "/v1/health/state/passing" ? checks : name === undefined ? "10.0.0.2:4647" : instances[decodeURIComponent(name)];
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close: () => server.close() };
}

const links = [{ name: "Wiki", url: "https://wiki.example" }];

test("the list has Consul, Nomad, every service with a passing HTTP check, and the configured links", async (t) => {
  const { url, requests } = await standIn(t);
  const finder = new WebUiFinder({ consul: consulAt(t, url, "t0ken"), nomad: nomadAt(t, url), links });
  assert.deepEqual(await finder.find(), {
    complete: true,
    pages: [
      { name: "Consul", url: `${url}/ui`, status: "reachable" },
      { name: "Nomad", url, status: "reachable" },
      { name: "chat/../x", url: "http://[fd00::7]:8080", status: "reachable" },
      { name: "grafana", url: "http://10.0.0.7:3000", status: "reachable" },
      ...links,
    ],
  });
  assert.ok(
    requests.filter((request) => request.url?.startsWith("/v1/health")).every(({ headers }) => headers["x-consul-token"] === "t0ken"),
  );
  const asked = requests.length;
  await finder.find();
  assert.equal(requests.length, asked, "for half a minute it is known");
  await finder.find(Date.now() + 31_000);
  assert.ok(requests.length > asked);
});

test("if Consul is not reached, the answer is 503 and names it; the typed client reads it all the same", async (t) => {
  const gone = "http://127.0.0.1:1";
  const finder = new WebUiFinder({ consul: consulAt(t, gone), nomad: nomadAt(t, gone), links });
  const served = await serve(t, { webUis: () => finder.find() });
  const expected = [
    { name: "Consul (Not Reachable)", url: "http://127.0.0.1:1/ui", status: "unreachable", reason: "bad port" },
    { name: "Nomad (Not Reachable)", url: "http://127.0.0.1:1", status: "unreachable", reason: "bad port" },
    ...links,
  ];
  const key = served.key("viewer");
  const { status, body } = await served.request("/api/web_uis", { key });
  assert.equal(status, 503);
  assert.deepEqual(body, expected);
  const client = createClient({ baseUrl: served.url, headers: () => ({ authorization: `Bearer ${key}` }) });
  assert.deepEqual(await client.webUis(), expected);
});

/** A Consul that gives this answer until it is changed. */
async function answering(t: TestContext, status: number, body: string) {
  const answer = { status, body };
  const server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, answer };
}

for (const [status, body, reason] of [
  [
    403,
    "Permission denied",
    /^it answered 403: cluster\.consul\.token_file is missing, or its token may not do this \(Permission denied\)$/,
  ],
  [500, "no leader", /^it answered 500: no leader$/],
  [200, "<h1>Welcome</h1>", /^its answer is not JSON; check that http:.* is Consul$/],
  [200, '{"error": 1}', /^its answer has another form than expected at the top: /],
] as const) {
  test(`a Consul that answers ${status} with ${body} counts as not reached, with the reason`, async (t) => {
    const { url } = await answering(t, status, body);
    const { complete, pages } = await new WebUiFinder({ consul: consulAt(t, url, "t0ken"), links: [] }).find();
    assert.equal(complete, false);
    assert.match(pages[0]?.reason ?? "", reason);
  });
}

test("plain HTTP for TLS, a closed port and an invalid token have different reasons, none with the token", async (t) => {
  const { url } = await answering(t, 200, "[]");
  const reasonOf = async (consul: { url: string; token?: string }) =>
    (await new WebUiFinder({ consul: consulAt(t, consul.url, consul.token), links: [] }).find()).pages[0]?.reason ?? "";
  assert.match(await reasonOf({ url: url.replace("http:", "https:") }), /SSL|TLS/i);
  const { url: closed, close } = await standIn(t);
  close();
  assert.match(await reasonOf({ url: closed }), /ECONNREFUSED/);
  assert.equal(await reasonOf({ url, token: "t0\nken" }), "it could not be asked");
});

test("an unreachable Consul is reported once, again when the reason changes, and when it is reached again", async (t) => {
  const { url, answer } = await answering(t, 403, "");
  const told: (string | undefined)[] = [];
  const finder = new WebUiFinder({ consul: consulAt(t, url), links: [], changed: (_, unreached) => told.push(unreached) });
  let now = Date.now();
  const look = async (status: number) => {
    Object.assign(answer, { status, body: "[]" });
    now += 31_000;
    await finder.find(now);
  };
  for (const status of [403, 403, 500, 200, 200]) await look(status);
  assert.deepEqual(
    told.map((reason) => reason?.slice(0, 15)),
    ["it answered 403", "it answered 500", undefined],
  );
});

test("a failure of another kind stays a failure for the typed client", async (t) => {
  const served = await serve(t, { webUis: () => Promise.reject(new Error("broken")) });
  const client = createClient({ baseUrl: served.url, headers: () => ({ authorization: `Bearer ${served.key("viewer")}` }) });
  await assert.rejects(client.webUis(), { status: 500, code: "INTERNAL" });
});

test("without Consul and Nomad, the list has the configured links and is complete", async () => {
  assert.deepEqual(await new WebUiFinder({ links: [] }).find(), { complete: true, pages: [] });
});
