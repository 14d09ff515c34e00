/** The section `cluster`: tokens and certificates of Consul and Nomad. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ClusterSection } from "../../../daemon/config/cluster.ts";
import { clusterAccess } from "../../../daemon/config/cluster-access.ts";

test("the clients get the token, the certificates, and the setting that their errors name", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-cluster-config-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const token_file = join(folder, "token");
  writeFileSync(token_file, "s3cret\n");
  const tls = { ca_file: "/ca.pem", certificate_file: "/c.pem", key_file: "/c.key", server_name: "server.global.nomad" };
  const cluster = ClusterSection.parse({ nomad: { url: "https://10.0.0.2:4646/", token_file, ...tls } });
  assert.deepEqual(clusterAccess(cluster, "nomad"), {
    url: "https://10.0.0.2:4646",
    token: "s3cret",
    tokenSetting: "cluster.nomad.token_file",
    tls: { caFile: "/ca.pem", certificateFile: "/c.pem", keyFile: "/c.key", serverName: "server.global.nomad" },
  });
  assert.equal(clusterAccess(cluster, "consul"), undefined);
  const missing = ClusterSection.parse({ consul: { token_file: join(folder, "none") } });
  assert.throws(() => clusterAccess(missing, "consul"), { code: "CONFIG_INVALID", message: /cluster\.consul\.token_file: cannot read/ });
});

for (const half of ["certificate_file", "key_file"])
  test(`${half} alone is refused`, () => {
    const { error } = ClusterSection.safeParse({ consul: { [half]: "/x" } });
    assert.match(error?.issues[0]?.message ?? "", /certificate_file and key_file are needed together/);
  });
