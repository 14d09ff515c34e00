/** Rate limits per minute, by a clock that the test sets. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { limitOf, Rate } from "../../../daemon/api/rate.ts";
import { ErrorBody } from "../../../daemon/contract/route.ts";
import { type Served, serve } from "../../support/dhcp/served.ts";
import { steadyAt } from "../../support/steady-clock.ts";
import { addNode } from "../../support/world.ts";

const T0 = Date.parse("2026-03-01T12:00:00.000Z");

async function atNoon(t: TestContext): Promise<Served & { setSteady(ms: number): void }> {
  const setSteady = steadyAt(t, T0);
  return { ...(await serve(t)), setSteady };
}

const post = (body: object = {}) => ({ method: "POST", body: JSON.stringify(body) });
const statuses = async (times: number, ask: (n: number) => Promise<{ status: number }>): Promise<number[]> => {
  const seen: number[] = [];
  for (let n = 0; n < times; n++) seen.push((await ask(n)).status);
  return seen;
};
const all = (times: number, status: number) => Array.from({ length: times }, () => status);

test("a window of a minute begins with the first request; what is refused is not counted", () => {
  const rate = new Rate();
  assert.deepEqual([rate.take("a", 2, T0), rate.take("a", 2, T0 + 10_000), rate.take("a", 2, T0 + 20_000)], [0, 0, 40]);
  assert.equal(rate.take("b", 2, T0 + 20_000), 0, "others are not held up");
  assert.equal(rate.take("a", 2, T0 + 59_999), 1);
  assert.equal(rate.take("a", 2, T0 + 60_000), 0);
  assert.equal(rate.wait("a", 1, T0 + 60_000), 60);
  assert.equal(rate.wait("a", 2, T0 + 60_000), 0, "asking is not counted");
});

test("a flood of strangers does not fill the memory, and who is limited stays so through it", () => {
  const rate = new Rate();
  for (let n = 0; n < 9_000; n++) rate.take(`stranger ${n}`, 1, T0);
  rate.take("known", 1, T0 + 1);
  for (let n = 0; n < 9_000; n++) rate.take(`later stranger ${n}`, 1, T0 + 2);
  assert.equal(rate.wait("known", 1, T0 + 3), 60);
  assert.equal(rate.wait("stranger 0", 1, T0 + 3), 0, "the oldest gave way");
});

test("the limit follows from the route", () => {
  assert.equal(limitOf({ access: "admin", method: "POST", sensitive: true }), "sensitive");
  assert.equal(limitOf({ access: "public", method: "POST", sensitive: true }), "sensitive");
  assert.equal(limitOf({ access: "operator", method: "DELETE" }), "normal");
  assert.equal(limitOf({ access: "proposer", method: "POST" }), "normal");
  assert.equal(limitOf({ access: "viewer", method: "GET" }), "reading");
  assert.equal(limitOf({ access: "public", method: "POST" }), undefined, "machines that call home");
});

test("ten keys may be made in a minute; the eleventh is refused with the time to retry, and then it is created", async (t) => {
  const { request, key, setSteady } = await atNoon(t);
  const mine = key("admin");
  const make = (n: number, as = mine) => request("/api/keys", { ...post({ name: `made ${n}`, role: "viewer" }), key: as });
  assert.deepEqual(await statuses(10, make), all(10, 201));
  setSteady(T0 + 15_000);
  const refused = await make(10);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "45");
  const { error, message } = ErrorBody.parse(refused.body);
  assert.equal(error.code, "RATE_LIMITED");
  assert.equal(message, "Rate limit exceeded, retry in 45 seconds");
  assert.match(error.hint, /Retry-After/);
  assert.equal((await make(11, key("admin"))).status, 201, "another key has its own share");
  assert.equal((await request("/api/nodes", { key: mine })).status, 200, "reading is another matter");
  setSteady(T0 + 60_000);
  assert.equal((await make(12)).status, 201);
});

test("a hundred changes a minute: the hundred-and-first waits, reading goes on, and so does the page of the same person", async (t) => {
  const { world, request, key } = await atNoon(t);
  const node = addNode(world, { phase: "accepted" });
  const mine = key("operator");
  const wake = (headers: Record<string, string>) => request(`/api/nodes/${node.name}/wake`, { method: "POST", headers });
  const asProgram = { authorization: `Bearer ${mine}` };
  assert.deepEqual(await statuses(101, () => wake(asProgram)), [...all(100, 202), 429]);
  assert.deepEqual(await statuses(200, () => request("/api/nodes", { key: mine })), all(200, 200));

  const login = await request("/api/session", post({ key: mine }));
  const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const { csrfToken } = login.body as { csrfToken: string };
  assert.equal((await wake({ cookie, "x-csrf-token": csrfToken })).status, 202);
});

test("a client gets no other share by claiming another address", async (t) => {
  const { request } = await atNoon(t);
  const guess = (n: number) =>
    request("/api/session", {
      ...post({ key: `guess ${n}` }),
      headers: { "x-forwarded-for": `10.0.0.${n}`, forwarded: `for=10.0.0.${n}` },
    });
  assert.deepEqual(await statuses(11, guess), [...all(10, 401), 429]);
});

test("a rack of fifty is added, enrolled and armed within a minute", async (t) => {
  const { world, request, key } = await atNoon(t);
  const mine = key("operator");
  const tokens = await statuses(50, () => request("/api/tokens", { ...post({ uses: 1 }), key: mine }));
  const armed = await statuses(50, () => request(`/api/nodes/${addNode(world, { phase: "accepted" }).name}/arm`, { ...post(), key: mine }));
  assert.deepEqual([...tokens, ...armed], [...all(50, 201), ...all(50, 200)]);
});

test("machines that call home are not counted, however many have one address", async (t) => {
  const { request } = await atNoon(t);
  assert.deepEqual(await statuses(300, () => request("/api/ready-for-provisioning", post({ hostname: "n1" }))), all(300, 400));
});

test("an address that tries keys is blocked for a minute; its sessions and machines are not", async (t) => {
  const { request, key, setSteady } = await atNoon(t);
  const mine = key("viewer");
  const login = await request("/api/session", post({ key: mine }));
  const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  assert.deepEqual(await statuses(101, (n) => request("/api/nodes", { key: `mk_guess_${n}` })), [...all(100, 401), 429]);
  assert.equal((await request("/api/nodes", { headers: { authorization: "bearer   mk_guess" } })).status, 429, "any spelling is a guess");
  const right = await request("/api/nodes", { key: mine });
  assert.deepEqual([right.status, right.headers.get("retry-after")], [429, "60"], "or guessing would go on to the right one");
  assert.equal((await request("/metrics", { key: mine })).status, 429);
  assert.equal((await request("/api/nodes", { headers: { cookie } })).status, 200);
  assert.equal((await request("/api/ready-for-provisioning", post())).status, 400);
  assert.equal((await request("/health")).status, 200);
  setSteady(T0 + 60_000);
  assert.equal((await request("/api/nodes", { key: mine })).status, 200);
});

test("a missing key, a header without a bearer key and an expired session are no guesses", async (t) => {
  const { request, key } = await atNoon(t);
  const other = (n: number) => request("/api/nodes", { headers: { authorization: n % 2 === 0 ? "Basic YTpi" : "Bearer" } });
  assert.deepEqual(await statuses(150, other), all(150, 401));
  assert.deepEqual(await statuses(150, () => request("/api/nodes")), all(150, 401));
  assert.deepEqual(await statuses(150, () => request("/api/nodes", { headers: { cookie: "muster_session=over" } })), all(150, 401));
  assert.equal((await request("/api/nodes", { key: key("viewer") })).status, 200);
});

test("a long answer counts for its length, and the answers of others do not", async (t) => {
  const setSteady = steadyAt(t, T0);
  const { world, request, key } = await serve(t, { limits: { sensitive: 10, normal: 10, reading: 6 } });
  for (let n = 0; n < 600; n++) addNode(world);
  const [mine, other] = [key("viewer"), key("viewer")];
  const list = await request("/api/nodes", { key: mine });
  assert(list.text.length > 128 * 1024 && list.text.length < 192 * 1024, `${list.text.length} bytes`);
  assert.deepEqual(await statuses(2, () => request("/api/nodes", { key: mine })), [200, 429]);
  assert.deepEqual(await statuses(7, () => request("/api/status", { key: other })), [...all(6, 200), 429]);
  setSteady(T0 + 60_000);
  assert.equal((await request("/api/nodes", { key: mine })).status, 200);
});

test("a clock that is set back or forward neither prolongs nor ends a limit", async (t) => {
  const { request, key, setSteady } = await atNoon(t);
  const mine = key("admin");
  const make = (n: number) => request("/api/keys", { ...post({ name: `made ${n}`, role: "viewer" }), key: mine });
  t.mock.timers.enable({ apis: ["Date"], now: T0 + 86_400_000 });
  assert.deepEqual(await statuses(5, make), all(5, 201));
  t.mock.timers.setTime(T0);
  assert.deepEqual(await statuses(6, (n) => make(n + 5)), [...all(5, 201), 429]);
  t.mock.timers.setTime(T0 + 365 * 86_400_000);
  assert.equal((await make(11)).headers.get("retry-after"), "60");
  t.mock.timers.setTime(T0 - 365 * 86_400_000);
  setSteady(T0 + 60_000);
  assert.equal((await make(12)).status, 201);
});
