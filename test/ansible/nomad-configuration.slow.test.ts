/** The files of the role nomad. No Nomad validates them here: `nomad-configuration.long.test.ts` does that. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { clusterConfiguration } from "./cluster-configuration.ts";
import { checkNomadFiles, nomadVariables, readNomad } from "./nomad-configuration-cases.ts";

const skip = existsSync("/usr/bin/ansible-playbook") ? false : "ansible-playbook is not installed";

test("3 controllers: only they are servers, and a second run changes nothing", { skip }, async (t) => {
  const cluster = await checkNomadFiles(t, 3, "/bin/true");
  const second = await cluster.write();
  assert.deepEqual(new Set(Object.values(second.changed)), new Set([0]), second.output);
});

test("identities for Consul depend on the version", { skip }, async (t) => {
  const cluster = clusterConfiguration(t, { controllers: 1, roles: ["nomad"], variables: nomadVariables("/bin/true") });
  for (const [nomad_version, has] of [
    ["1.9.7", false],
    ["1.10.0", true],
    ["2.0.1", true],
  ] as const) {
    await cluster.write({ nomad_version });
    const { consul } = readNomad(cluster.folder, "c1");
    assert.equal("service_identity" in consul && "task_identity" in consul, has, nomad_version);
  }
  const old = await cluster.run({ nomad_version: "1.6.5", nomad_workload_identity: true });
  assert.equal(old.code, 1);
  assert.match(old.output, /nomad_workload_identity needs 1\.7 or newer/);
});

test("a node without the cluster address fails before anything is written", { skip }, async (t) => {
  const variables = { ...nomadVariables("/bin/true"), nomad_network_interface: "", nomad_address: "192.0.2.77" };
  const { code, output } = await clusterConfiguration(t, { controllers: 1, roles: ["nomad"], variables }).run();
  assert.equal(code, 1);
  assert.match(output, /No interface of the node has the address 192\.0\.2\.77/);
});
