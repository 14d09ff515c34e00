/** What the role nomad writes for each number of controllers. The caller says which program validates the files. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { addressOf, type ClusterConfiguration, clusterConfiguration } from "./cluster-configuration.ts";

export interface NomadFile {
  bind_addr: string;
  advertise: Record<string, string>;
  acl: { enabled: boolean };
  tls: Record<string, unknown>;
  consul: Record<string, unknown>;
  server?: { bootstrap_expect: number; encrypt: string; server_join: { retry_join: string[] } };
  client?: {
    network_interface: string;
    meta: Record<string, string>;
    server_join: { retry_join: string[] };
    chroot_env?: Record<string, string>;
  };
  plugin?: { raw_exec: { config: { enabled: boolean } } };
}

export const nomadFile = (folder: string, host: string): string => join(folder, host, "nomad/nomad.json");

export const readNomad = (folder: string, host: string): NomadFile =>
  JSON.parse(readFileSync(nomadFile(folder, host), "utf8")) as NomadFile;

/** The addresses of the test's hosts are all on the interface `lo`. */
export const nomadVariables = (program: string): Record<string, unknown> => ({
  nomad_program: program,
  nomad_network_interface: "lo",
  nomad_consul_token: "00000000-0000-0000-0000-0000000000ad",
  llama_cpp_build: "11669",
});

/** The first controller is a worker too. */
export async function checkNomadFiles(t: TestContext, controllers: number, program: string): Promise<ClusterConfiguration> {
  const cluster = clusterConfiguration(t, { controllers, both: ["c1"], roles: ["nomad"], variables: nomadVariables(program) });
  await cluster.write();
  const servers = Array.from({ length: controllers }, (_, at) => `c${at + 1}`);
  const clients = ["w1", "w2", "c1"];
  for (const host of new Set([...servers, ...clients])) {
    const { server, client, ...written } = readNomad(cluster.folder, host);
    assert.equal(server !== undefined, servers.includes(host), `${host} is a server`);
    assert.equal(client !== undefined, clients.includes(host), `${host} is a client`);
    if (server) {
      assert.equal(server.bootstrap_expect, controllers);
      assert.deepEqual(
        server.server_join.retry_join,
        servers.map((name) => `${addressOf(name)}:4648`),
      );
    }
    if (client) {
      assert.equal(client.network_interface, "lo");
      assert.equal(client.meta.llama_cpp_build, "11669");
      assert.equal(client.chroot_env?.["/opt/muster/llama.cpp"], "/opt/muster/llama.cpp", "tasks of exec see llama.cpp");
      assert.deepEqual(
        client.server_join.retry_join,
        servers.map((name) => `${addressOf(name)}:4647`),
      );
      assert.equal(written.plugin?.raw_exec.config.enabled, false);
    }
    const address = addressOf(host);
    assert.deepEqual([written.bind_addr, written.advertise], [address, { http: address, rpc: address, serf: address }]);
    assert.equal(written.acl.enabled, true);
    for (const setting of ["http", "rpc", "verify_server_hostname", "verify_https_client"])
      assert.equal(written.tls[setting], true, setting);
    assert.equal(statSync(nomadFile(cluster.folder, host)).mode & 0o777, 0o600);
  }
  return cluster;
}
