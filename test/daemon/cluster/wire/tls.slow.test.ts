/** TLS to an agent: the certificate authority of the fleet, client certificates, and renewal without a restart. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { openNomad } from "../../../../daemon/cluster/nomad/nomad.ts";
import { nomadLeader } from "../../../../daemon/cluster/nomad/status.ts";
import { Unreachable } from "../../../../daemon/errors/cluster-failures.ts";

suite("TLS", () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-tls-"));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  const authority = (name: string) =>
    openssl(
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-keyout",
      file(`${name}.key`),
      "-out",
      file(`${name}.pem`),
      "-subj",
      `/CN=${name}`,
      "-days",
      "1",
    );
  const certificate = (name: string, ca: string, names: string) => {
    openssl(
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-keyout",
      file(`${name}.key`),
      "-out",
      file(`${name}.csr`),
      "-subj",
      `/CN=${name}`,
    );
    writeFileSync(file(`${name}.ext`), `subjectAltName=${names}`);
    openssl(
      "x509",
      "-req",
      "-in",
      file(`${name}.csr`),
      "-CA",
      file(`${ca}.pem`),
      "-CAkey",
      file(`${ca}.key`),
      "-out",
      file(`${name}.pem`),
      "-days",
      "1",
      "-extfile",
      file(`${name}.ext`),
    );
  };
  const clients: { close(): Promise<void> }[] = [];
  let url = "";
  let stop = () => {};

  before(async () => {
    authority("fleet");
    authority("stranger");
    certificate("server", "fleet", "DNS:server.global.nomad");
    certificate("client", "fleet", "DNS:cli");
    certificate("other", "stranger", "DNS:cli");
    const server = createServer(
      {
        key: readFileSync(file("server.key")),
        cert: readFileSync(file("server.pem")),
        ca: readFileSync(file("fleet.pem")),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (_, response) => response.end('"10.0.0.2:4647"'),
    );
    server.on("tlsClientError", () => {});
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    stop = () => {
      server.closeAllConnections();
      server.close();
    };
  });
  after(async () => {
    for (const client of clients) await client.close();
    stop();
    rmSync(folder, { recursive: true });
  });

  const ask = (tls: { ca?: string; client?: string; serverName?: string }) => {
    const { ca, client, serverName = "server.global.nomad" } = tls;
    const nomad = openNomad({
      url,
      tls: {
        caFile: ca && file(`${ca}.pem`),
        certificateFile: client && file(`${client}.pem`),
        keyFile: client && file(`${client}.key`),
        serverName,
      },
    });
    clients.push(nomad);
    return nomadLeader(nomad, { signal: new AbortController().signal });
  };

  test("the authority of the fleet and a client certificate are accepted", async () => {
    assert.equal(await ask({ ca: "fleet", client: "client" }), "10.0.0.2:4647");
  });

  for (const [name, tls] of [
    ["a server of an unknown authority", { client: "client" }],
    ["a server of another authority", { ca: "stranger", client: "client" }],
    ["a server with another name", { ca: "fleet", client: "client", serverName: "client.global.nomad" }],
    ["no client certificate", { ca: "fleet" }],
    ["a client certificate of another authority", { ca: "fleet", client: "other" }],
  ] as const) {
    test(`${name} is unreachable`, () => assert.rejects(ask(tls), Unreachable));
  }

  test("a file that cannot be read is named", async () => {
    await assert.rejects(
      ask({ ca: "missing", client: "client" }),
      (error: Error) => error instanceof Unreachable && /missing\.pem/.test(error.message),
    );
  });

  test("a renewed certificate is used for the next connection", async () => {
    for (const kind of ["pem", "key"]) copyFileSync(file(`other.${kind}`), file(`renewed.${kind}`));
    const nomad = openNomad({
      url,
      tls: {
        caFile: file("fleet.pem"),
        certificateFile: file("renewed.pem"),
        keyFile: file("renewed.key"),
        serverName: "server.global.nomad",
      },
    });
    clients.push(nomad);
    const call = { signal: new AbortController().signal };
    await assert.rejects(nomadLeader(nomad, call), Unreachable);
    for (const kind of ["pem", "key"]) copyFileSync(file(`client.${kind}`), file(`renewed.${kind}`));
    assert.equal(await nomadLeader(nomad, call), "10.0.0.2:4647");
  });
});
