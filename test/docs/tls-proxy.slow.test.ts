/** Runs the proxy configuration of docs/security.md in a real nginx, and also other usual configurations. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as overTls } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { WebSocket } from "ws";
import { AuditLog } from "../../daemon/audit/log.ts";
import { parseConfig } from "../../daemon/config/config.ts";
import { type Served, serve } from "../support/dhcp/served.ts";
import { until } from "../support/until.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/security.md"), "utf8");
const recipe = (name: string) => new RegExp(`<!-- recipe: ${name} -->\n\`\`\`\\w+\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? "";
const documented = recipe("nginx");
const settings = recipe("nginx settings");

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts nginx with these servers, in front of control. */
async function startNginx(t: TestContext, servers: string, port: number, backend: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "muster-proxy-"));
  const [certificate, key] = [join(folder, "muster.pem"), join(folder, "muster.key")];
  const subject = ["-subj", "/CN=127.0.0.1", "-days", "1", "-keyout", key, "-out", certificate];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", ...subject], {
    stdio: "ignore",
  });
  const adapted = servers
    .replace("listen 443", `listen 127.0.0.1:${port}`)
    .replace("http://127.0.0.1:8000", backend)
    .replace("/etc/ssl/muster.pem", certificate)
    .replace("/etc/ssl/private/muster.key", key);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((what) => `${what}_temp_path ${folder}/${what};`).join("\n");
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `daemon off;\nworker_processes 1;\npid ${folder}/pid;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${adapted}\n}\n`,
  );
  const nginx = spawn("/usr/sbin/nginx", ["-c", file, "-e", join(folder, "errors.log")], { stdio: "inherit" });
  t.after(async () => {
    nginx.kill();
    if (nginx.exitCode === null) await once(nginx, "exit");
    rmSync(folder, { recursive: true });
  });
  await until("nginx answers", async () => {
    assert.equal(nginx.exitCode, null, "nginx ended");
    return ask(port, "GET", "/health").then(
      ({ status }) => status === 200,
      () => false,
    );
  });
}

interface Answer {
  status: number;
  cookie: string;
}

function ask(port: number, method: string, path: string, headers: Record<string, string> = {}, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { ...headers, ...(body && { "content-type": "application/json" }) };
    const request = overTls(
      { host: "127.0.0.1", port, method, path, headers: all, rejectUnauthorized: false, agent: false },
      (response) => {
        response.resume();
        response.on("end", () => resolve({ status: response.statusCode ?? 0, cookie: response.headers["set-cookie"]?.[0] ?? "" }));
      },
    );
    request.on("error", reject);
    request.end(body && JSON.stringify(body));
  });
}

/** Opens the live feed through the proxy. Returns "open", or the reason of the refusal. */
async function feed(port: number, cookie: string, origin: string): Promise<string> {
  const headers = { cookie: cookie.split(";")[0] ?? "", origin };
  const socket = new WebSocket(`wss://127.0.0.1:${port}/ws`, { headers, rejectUnauthorized: false });
  const heard = once(socket, "message").then(() => "open");
  const closed = once(socket, "close").then(([, reason]) => String(reason));
  const said = await Promise.race([heard, closed]);
  socket.terminate();
  return said;
}

const bare = `server {
  listen 443 ssl; ssl_certificate /etc/ssl/muster.pem; ssl_certificate_key /etc/ssl/private/muster.key;
  location / { proxy_pass http://127.0.0.1:8000; proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; MORE } }`;
const with$ = (more: string) => bare.replace("MORE", more);

for (const [what, servers, given] of [
  ["the documented configuration and settings", documented, { page: true, trusted: true }],
  ["the documented configuration, without page_url", documented, { page: false, trusted: true }],
  ["the documented configuration, without trusted_proxies", documented, { page: true, trusted: false }],
  ["a proxy that sends nothing about the page", with$(""), { page: true, trusted: false }],
  [
    "a proxy that sends the host without the port",
    with$("proxy_set_header Host $host; proxy_set_header X-Forwarded-Host $host; proxy_set_header X-Forwarded-Proto $scheme;"),
    { page: true, trusted: true },
  ],
] as const) {
  test(`through ${what}, the cookie is Secure and the live feed opens only for the page`, async (t) => {
    const port = await freePort();
    const origin = `https://127.0.0.1:${port}`;
    const { control } = parseConfig(settings.replace("https://muster.example.org", origin), "test").admin;
    const served = await serve(t, {
      pageUrl: given.page ? control.page_url : undefined,
      trustedProxies: given.trusted ? control.trusted_proxies : [],
    });
    await startNginx(t, servers, port, served.url);
    const login = await ask(port, "POST", "/api/session", { origin }, { key: served.key("viewer") });
    assert.equal(login.status, 200);
    assert.match(login.cookie, /; Secure/);
    assert.equal(await feed(port, login.cookie, origin), "open");
    for (const other of ["https://evil.example", `https://127.0.0.1:${port + 1}`, "https://127.0.0.1"])
      if (other !== "https://127.0.0.1" || what !== "a proxy that sends the host without the port")
        assert.match(await feed(port, login.cookie, other), /may not connect here/, other);
  });
}

const addressOf = ({ world }: Served) => new AuditLog(world.db).list()[0]?.actor.name ?? "";

test("a trusted proxy names the client, and the headers of any other client are ignored", async (t) => {
  for (const [trustedProxies, seen] of [
    [["127.0.0.1"], /10\.9\.9\.9/],
    [["127.0.0.0/8", "fd00::/64"], /10\.9\.9\.9/],
    [[], /127\.0\.0\.1/],
    [["10.0.0.0/8"], /127\.0\.0\.1/],
  ] as const) {
    const served = await serve(t, { trustedProxies: [...trustedProxies] });
    const headers = { "x-forwarded-for": "10.9.9.9", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example" };
    await served.request("/api/nodes", { headers, key: "wrong" });
    assert.match(addressOf(served), seen, String(trustedProxies));
    const body = JSON.stringify({ key: served.key("viewer") });
    const login = await served.request("/api/session", { method: "POST", body, headers });
    const cookie = login.headers.getSetCookie()[0] ?? "";
    assert.equal(/; Secure/.test(cookie), seen.source.startsWith("10"), cookie);
  }
});
