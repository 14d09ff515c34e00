/** Browser sessions: login, CSRF token, the limit on guesses, and the security headers of the page. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ErrorBody } from "../../../../daemon/contract/route.ts";
import { type Served, serve } from "../../../support/dhcp/served.ts";
import { addNode } from "../../../support/world.ts";

interface Session {
  name: string;
  role: string;
  csrfToken: string;
  expiresAt: string;
}

async function logIn(served: Served, key: string): Promise<Session & { cookie: string; setCookie: string }> {
  const { status, headers, body, text } = await served.request("/api/session", { method: "POST", body: JSON.stringify({ key }) });
  assert.equal(status, 200, text);
  const [setCookie = ""] = headers.getSetCookie();
  return { ...(body as Session), setCookie, cookie: setCookie.split(";")[0] ?? "" };
}

test("logging in answers when the session ends, an hour from now, and whoami says the same", async (t) => {
  const served = await serve(t);
  const before = Date.now();
  const session = await logIn(served, served.key("operator"));
  const lasts = Date.parse(session.expiresAt) - before;
  assert.ok(lasts >= 3_600_000 && lasts < 3_660_000, `${lasts} ms`);
  const who = await served.request("/api/session", { headers: { cookie: session.cookie } });
  const { cookie: _, setCookie: __, ...answered } = session;
  assert.deepEqual(who.body, answered);
  assert.deepEqual(who.headers.getSetCookie(), [], "asking does not prolong it");
});

test("no script can read the cookie, and no other site can send it", async (t) => {
  const served = await serve(t);
  const { setCookie } = await logIn(served, served.key("viewer"));
  for (const part of [/; HttpOnly/, /; SameSite=Strict/, /; Path=\//, /; Max-Age=3600/]) assert.match(setCookie, part);
});

test("a session changes nothing without its own CSRF token; a key needs none", async (t) => {
  const served = await serve(t);
  const node = addNode(served.world, { phase: "accepted" });
  const key = served.key("operator");
  const mine = await logIn(served, key);
  const other = await logIn(served, served.key("operator"));
  const arm = (headers: Record<string, string>) => served.request(`/api/nodes/${node.name}/arm`, { method: "POST", headers });
  for (const token of [undefined, "", "wrong", other.csrfToken]) {
    const { status, body } = await arm({ cookie: mine.cookie, ...(token !== undefined && { "x-csrf-token": token }) });
    assert.equal(status, 403);
    assert.equal(ErrorBody.parse(body).error.code, "CSRF_INVALID");
  }
  assert.equal(served.world.nodes.findById(node.id)?.state.phase, "accepted");
  assert.equal((await served.request("/api/nodes", { headers: { cookie: mine.cookie } })).status, 200, "reading needs none");
  assert.equal((await arm({ cookie: mine.cookie, "x-csrf-token": mine.csrfToken })).status, 200);
  assert.equal((await arm({ authorization: `Bearer ${key}` })).status, 200);
});

test("a session that was logged out or has expired gives no access", async (t) => {
  const served = await serve(t);
  const { cookie, csrfToken } = await logIn(served, served.key("viewer"));
  const ask = (as: string) => served.request("/api/nodes", { headers: { cookie: as } });
  assert.equal((await served.request("/api/session", { method: "DELETE", headers: { cookie, "x-csrf-token": csrfToken } })).status, 200);
  const refused = await ask(cookie);
  assert.equal(refused.status, 401);
  assert.equal(ErrorBody.parse(refused.body).error.code, "SESSION_ENDED");

  const late = await logIn(served, served.key("viewer"));
  served.world.db.prepare("UPDATE sessions SET expires_at = ?").run(new Date(Date.now() - 1).toISOString());
  assert.equal((await ask(late.cookie)).status, 401);
});

test("the texts of a missing, malformed and wrong key are the documented ones", async (t) => {
  const served = await serve(t);
  const message = async (headers: Record<string, string>) => {
    const { status, body } = await served.request("/api/nodes", { headers });
    assert.equal(status, 401);
    return ErrorBody.parse(body).message;
  };
  assert.equal(await message({}), "Missing API Key");
  for (const header of ["nonsense", "Basic abc", "Bearer", "Bearer a b", "Bearerx", "xbearer x", "bearer"])
    assert.equal(await message({ authorization: header }), "Invalid authorization header format. Expected 'Bearer <key>'");
  for (const header of ["Bearer wrong", "bearer wrong", `Bearer mk_00000000_${"0".repeat(64)}`])
    assert.equal(await message({ authorization: header }), "Invalid API Key");
});

test("the name of the scheme has no case, several spaces may follow it, and a session works next to the login of a proxy", async (t) => {
  const served = await serve(t);
  const key = served.key("viewer");
  const status = async (headers: Record<string, string>) => (await served.request("/api/nodes", { headers })).status;
  for (const header of [`bearer ${key}`, `BEARER ${key}`, `bEARER   ${key}`, `Bearer  ${key}  `])
    assert.equal(await status({ authorization: header }), 200, header.replace(key, "KEY"));
  assert.equal(await status({ authorization: `bearer\t${key}` }), 401);

  const login = await served.request("/api/session", { method: "POST", body: JSON.stringify({ key }) });
  const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  for (const header of ["Basic YTpi", "Negotiate abc", 'Digest username="a", realm="b"']) {
    assert.equal(await status({ authorization: header, cookie }), 200, header);
    assert.equal(await status({ authorization: header }), 401, header);
  }
  assert.equal(await status({ authorization: "Bearer wrong", cookie }), 401, "a wrong key is not replaced by the session");
});

test("guessing keys is slowed down: the eleventh try in a minute is refused with the time to retry", async (t) => {
  const served = await serve(t);
  const guess = (key: string) => served.request("/api/session", { method: "POST", body: JSON.stringify({ key }) });
  for (let tries = 0; tries < 10; tries++) assert.equal((await guess(`wrong-${tries}`)).status, 401);
  const { status, headers, body } = await guess(served.key("admin"));
  assert.equal(status, 429);
  assert.equal(ErrorBody.parse(body).error.code, "RATE_LIMITED");
  const seconds = Number(headers.get("retry-after"));
  assert.ok(seconds > 0 && seconds <= 60, `Retry-After: ${seconds}`);
  assert.equal((await served.request("/api/nodes", { key: served.key("viewer") })).status, 200, "nothing else is slowed down");
});

test("a key that may not read cannot log in to the page", async (t) => {
  const served = await serve(t);
  const { status } = await served.request("/api/session", { method: "POST", body: JSON.stringify({ key: served.key("node") }) });
  assert.equal(status, 403);
});

test("the page runs its own scripts only, in no frame, and sends no referrer", async (t) => {
  const pageRoot = mkdtempSync(join(tmpdir(), "muster-page-"));
  t.after(() => rmSync(pageRoot, { recursive: true }));
  writeFileSync(join(pageRoot, "index.html"), "<!doctype html><title>Muster</title>");
  writeFileSync(join(pageRoot, ".secret"), "no");
  const served = await serve(t, { pageRoot });
  const { status, headers, text } = await served.request("/");
  assert.equal(status, 200);
  assert.match(text, /<title>Muster/);
  const policy = new Map(
    (headers.get("content-security-policy") ?? "").split(";").map((rule) => {
      const [name = "", ...sources] = rule.trim().split(" ");
      return [name, sources.join(" ")];
    }),
  );
  assert.equal(policy.get("default-src"), "'none'");
  for (const name of ["script-src", "style-src", "connect-src"]) assert.equal(policy.get(name), "'self'", name);
  for (const name of ["frame-ancestors", "base-uri"]) assert.equal(policy.get(name), "'none'", name);
  assert.ok(![...policy.values()].some((sources) => /unsafe|\*|https?:/.test(sources)), "no way around it");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("x-frame-options"), "SAMEORIGIN");
  assert.equal(headers.get("referrer-policy"), "no-referrer");
  assert.equal(headers.get("access-control-allow-origin"), null);
  for (const path of ["/.secret", "/../package.json", "/%2e%2e/package.json", "/nothing.js"]) {
    const missing = await served.request(path);
    assert.equal(missing.status, 404, path);
    assert.equal(ErrorBody.parse(missing.body).error.code, "ROUTE_NOT_FOUND", path);
  }
});

test("no answer of the API is kept by a cache, and each carries the same fence", async (t) => {
  const served = await serve(t);
  for (const [path, key] of [
    ["/api/session", served.key("viewer")],
    ["/api/nodes", undefined],
  ] as const) {
    const { headers } = await served.request(path, { ...(key && { key }) });
    assert.equal(headers.get("cache-control"), "no-store", path);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/, path);
  }
});

test("the status names how an armed node is installed by default", async (t) => {
  const served = await serve(t, { defaultProfile: "preseed" });
  const { body } = await served.request("/api/status", { key: served.key("viewer") });
  assert.equal((body as { defaultProfile: string }).defaultProfile, "preseed");
});

test("a session is over an hour after the login, by the server's clock and to the second", async (t) => {
  const noon = Date.parse("2026-03-01T12:00:00.000Z");
  t.mock.timers.enable({ apis: ["Date"], now: noon });
  const served = await serve(t);
  const { cookie, expiresAt } = await logIn(served, served.key("admin"));
  assert.equal(expiresAt, "2026-03-01T13:00:00.000Z");
  const status = async () => (await served.request("/api/nodes", { headers: { cookie } })).status;
  t.mock.timers.setTime(noon + 3_599_000);
  assert.equal(await status(), 200);
  t.mock.timers.setTime(noon + 3_600_000);
  assert.equal(await status(), 401);
});

test("a key opens until it expires, and no session made from it lasts longer", async (t) => {
  const noon = Date.parse("2026-03-01T12:00:00.000Z");
  t.mock.timers.enable({ apis: ["Date"], now: noon });
  const served = await serve(t);
  const admin = served.key("admin");
  const made = await served.request("/api/keys", {
    method: "POST",
    key: admin,
    body: JSON.stringify({ name: "guest", role: "viewer", owner: "bob", expiresAt: "2026-03-01T12:30:00Z" }),
  });
  assert.equal(made.status, 201, made.text);
  const { key, owner } = made.body as { key: string; owner: string };
  assert.equal(owner, "bob");
  const session = await logIn(served, key);
  assert.equal(session.expiresAt, "2026-03-01T12:30:00.000Z");
  t.mock.timers.setTime(noon + 29 * 60_000);
  assert.equal((await served.request("/api/nodes", { key })).status, 200);
  t.mock.timers.setTime(noon + 30 * 60_000);
  const late = await served.request("/api/nodes", { key });
  assert.deepEqual([late.status, ErrorBody.parse(late.body).error.code], [401, "KEY_EXPIRED"]);
  assert.equal(ErrorBody.parse(late.body).message, "this API key was good until 2026-03-01T12:30:00.000Z");
  assert.equal((await served.request("/api/session", { method: "POST", body: JSON.stringify({ key }) })).status, 401);
  assert.equal((await served.request("/api/nodes", { headers: { cookie: session.cookie } })).status, 401);
});

test("a key has an owner: the named person, else the owner of the key that created it", async (t) => {
  const served = await serve(t);
  const { secret } = served.world.keys.create("laptop", "admin", new Date(), { owner: "alice" });
  const make = async (body: object) =>
    (await served.request("/api/keys", { method: "POST", key: secret, body: JSON.stringify(body) })).body;
  assert.equal(((await make({ name: "ci", role: "operator" })) as { owner: string }).owner, "alice");
  assert.equal(((await make({ name: "desk", role: "operator", owner: "bob" })) as { owner: string }).owner, "bob");
  const past = (await make({ name: "late", role: "viewer", expiresAt: "2020-01-01T00:00:00Z" })) as { message: string };
  assert.equal(past.message, "expiresAt: 2020-01-01T00:00:00Z is in the past");
  const { body } = await served.request("/api/keys", { key: secret });
  assert.deepEqual(
    (body as { name: string; owner: string }[]).map(({ name, owner }) => [name, owner]),
    [
      ["laptop", "alice"],
      ["ci", "alice"],
      ["desk", "bob"],
    ],
  );
  assert.doesNotMatch(JSON.stringify(body), /mk_|hash/);
});

test("no page of another site is let in: no origin is ever allowed, asked for or not", async (t) => {
  const served = await serve(t);
  for (const origin of ["http://evil.example", "null", served.url]) {
    const asked = { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" };
    const preflight = await served.request("/api/nodes", { method: "OPTIONS", headers: asked });
    assert.equal(preflight.status, 405, origin);
    const plain = await served.request("/api/nodes", { headers: { origin }, key: served.key("viewer") });
    for (const { headers } of [preflight, plain])
      for (const [name] of headers) assert.ok(!name.startsWith("access-control-"), `${origin}: ${name}`);
  }
});

/** The cookies of a browser for one host, whatever the port. */
class Jar {
  readonly #cookies = new Map<string, string>();
  get header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }
  keep(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0|Expires=Thu, 01 Jan 1970/.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
  get size(): number {
    return this.#cookies.size;
  }
}

async function enter(served: Served, jar: Jar, key: string): Promise<string> {
  const answer = await served.request("/api/session", { method: "POST", body: JSON.stringify({ key }), headers: { cookie: jar.header } });
  assert.equal(answer.status, 200, answer.text);
  jar.keep(answer.headers);
  return (answer.body as Session).csrfToken;
}

test("three daemons on one host keep their sessions in one browser, and a logout ends only its own", async (t) => {
  const daemons = [await serve(t), await serve(t), await serve(t)];
  const jar = new Jar();
  const csrf: string[] = [];
  for (const served of daemons) csrf.push(await enter(served, jar, served.key("operator")));
  const look = () =>
    Promise.all(daemons.map(async (served) => (await served.request("/api/nodes", { headers: { cookie: jar.header } })).status));
  assert.deepEqual(await look(), [200, 200, 200]);
  for (const [index, served] of daemons.entries()) {
    const node = addNode(served.world, { phase: "accepted" });
    const headers = { cookie: jar.header, "x-csrf-token": csrf[index] ?? "" };
    assert.equal((await served.request(`/api/nodes/${node.name}/arm`, { method: "POST", headers })).status, 200);
  }
  const left = await daemons[1]!.request("/api/session", {
    method: "DELETE",
    headers: { cookie: jar.header, "x-csrf-token": csrf[1] ?? "" },
  });
  jar.keep(left.headers);
  assert.deepEqual(await look(), [200, 401, 200]);
});

test("a browser that logs in again and again keeps one cookie, and its earlier session has ended", async (t) => {
  const served = await serve(t);
  const jar = new Jar();
  await enter(served, jar, served.key("viewer"));
  const first = jar.header;
  for (let times = 0; times < 5; times++) await enter(served, jar, served.key("viewer"));
  assert.equal(jar.size, 1);
  assert.equal((await served.request("/api/nodes", { headers: { cookie: jar.header } })).status, 200);
  assert.equal((await served.request("/api/nodes", { headers: { cookie: first } })).status, 401);
});

test("a session of an earlier version lasts until its end, next to cookies of other daemons", async (t) => {
  const served = await serve(t);
  const { secret } = served.world.keys.openSession(served.world.keys.create("old", "viewer", new Date()).key.id, new Date());
  const cookie = `muster_session_00000000=${"0".repeat(64)}; muster_session=${secret}; muster_session_11111111=x`;
  assert.equal((await served.request("/api/nodes", { headers: { cookie } })).status, 200);
});
