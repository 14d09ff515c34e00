/** The role consul, for each number of controllers: which nodes are servers, and what the real Consul says. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { consulProgram, withoutConsul } from "../support/cluster/consul-agent.ts";
import { addressOf, clusterConfiguration, MANAGEMENT } from "./cluster-configuration.ts";

const skip = withoutConsul;

interface Written {
  server: boolean;
  bootstrap_expect?: number;
  bind_addr: string;
  advertise_addr: string;
  addresses: Record<string, string>;
  retry_join: string[];
  leave_on_terminate: boolean;
  node_id?: string;
  acl: { default_policy: string; tokens: Record<string, string> };
  verify_incoming?: boolean;
  verify_server_hostname?: boolean;
  tls?: { defaults: { verify_incoming: boolean }; internal_rpc: { verify_server_hostname: boolean } };
}

const read = (folder: string, host: string) => JSON.parse(readFileSync(join(folder, host, "consul/consul.json"), "utf8")) as Written;

const modeOf = (file: string): number => statSync(file).mode & 0o777;

for (const controllers of [1, 3, 5])
  test(`${controllers} controllers: only they are servers, and Consul accepts each configuration`, { skip }, async (t) => {
    const cluster = clusterConfiguration(t, { controllers, both: ["c1"] });
    const { output } = await cluster.write();
    assert.doesNotMatch(output, /WARNING: controller_nodes/);
    const servers = Array.from({ length: controllers }, (_, at) => `c${at + 1}`);
    for (const host of [...servers, "w1", "w2"]) {
      const written = read(cluster.folder, host);
      const server = servers.includes(host);
      assert.equal(written.server, server, host);
      assert.equal(written.bootstrap_expect, server ? controllers : undefined);
      assert.equal(written.leave_on_terminate, !server);
      assert.deepEqual([written.bind_addr, written.advertise_addr], [addressOf(host), addressOf(host)]);
      assert.deepEqual(written.addresses, { http: "127.0.0.1", https: addressOf(host) });
      assert.deepEqual(written.retry_join, servers.map(addressOf));
      assert.equal(written.acl.default_policy, "deny");
      assert.equal(written.acl.tokens.master, server ? MANAGEMENT : undefined, "only servers know the management token");
      assert(written.verify_incoming && written.verify_server_hostname);
      execFileSync(consulProgram, ["validate", join(cluster.folder, host, "consul/consul.json")]);
    }
    assert.notEqual(read(cluster.folder, "w1").node_id, read(cluster.folder, "w2").node_id);
    // Files with secrets are for the service only. The authority's key stays on the control node.
    const files = ["tls/ca.pem", "tls/certificate.pem", "tls/key.pem"];
    for (const file of ["consul.json", ...files]) assert.equal(modeOf(join(cluster.folder, "w1/consul", file)), 0o600, file);
    assert.equal(modeOf(join(cluster.authority, "ca-key.pem")), 0o600);
    assert.deepEqual(
      readdirSync(join(cluster.folder, "w1/consul/tls"))
        .map((file) => `tls/${file}`)
        .sort(),
      files,
    );
    const second = await cluster.write();
    assert.deepEqual(new Set(Object.values(second.changed)), new Set([0]), second.output);
  });

test("an even number of controllers and more than five give a warning", { skip }, async (t) => {
  const { output } = await clusterConfiguration(t, { controllers: 6 }).write();
  assert.match(output, /An even number of servers/);
  assert.match(output, /More than 5 servers/);
});

test("without a controller, the run fails and names the group", { skip }, async (t) => {
  const { code, output } = await clusterConfiguration(t, { controllers: 0 }).run();
  assert.equal(code, 1);
  assert.match(output, /at least one node into controller_nodes/);
});

test("a newer version gets the settings by their newer names", { skip }, async (t) => {
  // Consul 1.8.7 refuses the newer names, so the validator is left out.
  const cluster = clusterConfiguration(t, { controllers: 1, variables: { consul_version: "1.21.0", consul_program: "/bin/true" } });
  await cluster.write();
  const { acl, tls, verify_incoming } = read(cluster.folder, "c1");
  assert.deepEqual([acl.tokens.initial_management, acl.tokens.master, verify_incoming], [MANAGEMENT, undefined, undefined]);
  assert.deepEqual([tls?.defaults.verify_incoming, tls?.internal_rpc.verify_server_hostname], [true, true]);
});

test("a setting cannot add another key", { skip }, async (t) => {
  const cluster = clusterConfiguration(t, { controllers: 1 });
  const { code, output } = await cluster.run({ consul_datacenter: 'dc1", "enable_script_checks": true, "x": "' });
  assert.equal(code, 1, "Consul refuses the name of the datacenter");
  assert.doesNotMatch(output, new RegExp(MANAGEMENT), "the message shows no token");
});
