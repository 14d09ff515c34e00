/** Three Consul servers with the configuration that the role writes: election over TLS, and what they refuse. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { consulProgram, withoutConsul } from "../support/cluster/consul-agent.ts";
import { freePorts } from "../support/cluster/free-ports.ts";
import { startProgram } from "../support/cluster/started-program.ts";
import { until } from "../support/until.ts";
import { addressOf, type ClusterConfiguration, clusterConfiguration, MANAGEMENT } from "./cluster-configuration.ts";

const skip = withoutConsul;
const servers = ["c1", "c2", "c3"];
const RPC = 8300;
const HTTPS = 8501;
/** The first byte that announces TLS on the RPC port. */
const RPC_TLS = 3;

interface Identity {
  ca: string;
  cert?: string;
  key?: string;
}

/** All three servers run on one machine, so each has its own port for local programs. */
async function startServers(t: TestContext, { folder }: ClusterConfiguration): Promise<string[]> {
  const ports = await freePorts(servers.length);
  for (const [at, name] of servers.entries()) {
    const more = join(folder, name, "test.json");
    writeFileSync(more, JSON.stringify({ ports: { http: ports[at], dns: -1 }, retry_interval: "1s", log_level: "warn" }));
    const program = startProgram(consulProgram, [
      "agent",
      `-config-file=${join(folder, name, "consul/consul.json")}`,
      `-config-file=${more}`,
    ]);
    t.after(() => program.kill());
  }
  return ports.map((port) => `http://127.0.0.1:${port}`);
}

function identity(authority: string, place?: string): Identity {
  const ca = readFileSync(join(authority, "ca.pem"), "utf8");
  if (place === undefined) return { ca };
  const file = (ending: string) => readFileSync(join(authority, `${place}${ending}.pem`), "utf8");
  return { ca, cert: file(""), key: file("-key") };
}

/** TLS 1.2 ends its handshake only after the server has accepted the certificate of the client. */
async function handshake(port: number, who: Identity): Promise<string> {
  const plain = connect(port, addressOf("c1"));
  await once(plain, "connect");
  if (port === RPC) plain.write(Buffer.from([RPC_TLS]));
  const secure = connectTls({ socket: plain, ...who, maxVersion: "TLSv1.2", checkServerIdentity: () => undefined });
  return new Promise((resolve) => {
    const end = (result: string) => {
      secure.destroy();
      resolve(result);
    };
    secure.once("secureConnect", () => end("accepted"));
    secure.once("error", () => end("refused"));
    secure.once("close", () => end("refused"));
  });
}

/** What the server answers to bytes without TLS until it closes the connection. */
async function plaintext(port: number, bytes: string): Promise<string> {
  const socket = connect(port, addressOf("c1")).setEncoding("latin1");
  let answer = "";
  socket.on("data", (text) => {
    answer += text;
  });
  socket.on("error", () => undefined);
  socket.write(bytes, "latin1");
  await once(socket, "close");
  return answer;
}

test("three servers elect a leader over TLS, and refuse plaintext and unknown certificates", { skip }, async (t) => {
  const cluster = clusterConfiguration(t, { controllers: 3 });
  await cluster.write();
  const urls = await startServers(t, cluster);
  const headers = { "x-consul-token": MANAGEMENT };
  const json = async (url: string, path: string) => (await fetch(`${url}${path}`, { headers }).catch(() => undefined))?.json();
  const leaders = async () => new Set(await Promise.all(urls.map((url) => json(url, "/v1/status/leader").catch(() => ""))));
  await until("the servers agree on a leader", async () => {
    const [leader, ...others] = await leaders();
    return others.length === 0 && typeof leader === "string" && leader.endsWith(`:${RPC}`);
  });
  const peers = (await json(urls[0] ?? "", "/v1/status/peers")) as string[];
  assert.deepEqual(
    peers.sort(),
    servers.map((name) => `${addressOf(name)}:${RPC}`),
  );

  await t.test("a request without a token may do nothing", async () => {
    await until("the management token is known", async () => (await fetch(`${urls[0]}/v1/acl/tokens`, { headers })).ok);
    assert.equal((await fetch(`${urls[0]}/v1/kv/a`, { method: "PUT", body: "1" })).status, 403);
    assert.equal((await fetch(`${urls[0]}/v1/kv/a`, { method: "PUT", body: "1", headers })).status, 200);
  });

  const issue = join(import.meta.dirname, "../../ansible/roles/cluster_ca/files/issue-certificate");
  const other = join(cluster.folder, "other");
  execFileSync(issue, [other, "intruder", "365", "30", "DNS:server.dc1.consul"]);
  const { ca } = identity(cluster.authority);
  for (const port of [RPC, HTTPS])
    await t.test(`port ${port} accepts only certificates of the fleet's authority`, async () => {
      assert.equal(await handshake(port, identity(cluster.authority, "control")), "accepted");
      assert.equal(await handshake(port, identity(cluster.authority, "nodes/w1/consul")), "accepted");
      assert.equal(await handshake(port, { ca }), "refused", "no certificate");
      assert.equal(await handshake(port, { ...identity(other, "intruder"), ca }), "refused", "another authority");
    });

  await t.test("plaintext is refused", async () => {
    assert.match(await plaintext(HTTPS, "GET /v1/status/leader HTTP/1.0\r\n\r\n"), /^HTTP\/1.0 400/);
    // The byte 0 begins a request of Consul's RPC, and the byte 1 begins one of Raft.
    for (const first of ["\0", "\x01"]) assert.equal(await plaintext(RPC, `${first}Status.Leader`), "");
  });
});
