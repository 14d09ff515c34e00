/** Leases and quirks, with the real program and the real daemon. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { withDaemon } from "../muster.ts";

const { ask } = withDaemon({ accepted: { mac: "52:54:00:00:00:02", name: "rack1-n2" } });

test("`muster leases` reports a missing boot network, and an unused address cannot be released", async () => {
  assert.deepEqual((await ask("leases")).out, "No boot network is set up (netboot.interface).\n");
  const network = JSON.parse((await ask("leases", "--json")).out) as Record<string, unknown[]>;
  assert.deepEqual(network, { interfaces: [], subnets: [], leases: [], reservations: [], otherServers: [] });
  const nobody = await ask("leases", "release", "10.0.0.9");
  assert.equal(nobody.code, 1);
  assert.match(nobody.err, /no machine has or had 10\.0\.0\.9[\s\S]*muster leases/);
  const nonsense = await ask("leases", "release", "10.0.0");
  assert.equal(nonsense.code, 2);
  assert.match(nonsense.err, /not an address such as/);
});

test("quirks are set, listed, explained and forgotten, and chosen ones are not exported", async () => {
  assert.equal((await ask("quirks")).out, "Every machine boots with the usual settings.\n");
  const set = await ask("quirks", "set", "rack1-n2", "--blksize", "512", "--local", "exit-0,exit-1");
  assert.deepEqual([set.code, set.err], [0, ""]);
  assert.match(set.out, /rack1-n2 +.*TFTP blocks of 512 bytes at most +chosen +set by the operator/);
  assert.equal((await ask("quirks", "set", "52:54:00:00:00:02", "--no-options")).code, 0);
  const list = (await ask("quirks")).out;
  for (const part of [/512 bytes at most/, /no TFTP options/, /boots its disk by exit-0, then exit-1/]) assert.match(list, part);
  assert.equal((await ask("quirks", "export")).out, "# Nothing has been learned yet.\n");
  assert.match((await ask("node", "rack1-n2")).out, /boot quirks set to .* by first/);

  const forgotten = await ask("quirks", "forget", "rack1-n2");
  assert.deepEqual([forgotten.code, forgotten.out], [0, "rack1-n2 boots with the usual settings.\n"]);
  const again = await ask("quirks", "forget", "rack1-n2");
  assert.equal(again.code, 1);
  assert.match(again.err, /rack1-n2 has no chosen or learned quirks/);
});

test("an invalid setting is refused with the valid ones", async () => {
  for (const [args, said] of [
    [["--blksize", "4"], /whole number from 8 to 1468/],
    [["--local", "exit-2"], /exit-2 is not one of sanboot, exit-0, exit-1/],
    [["--loader", "grub"], /snponly, ipxe/],
    [[], /no setting was given/],
  ] as const) {
    const { code, err } = await ask("quirks", "set", "rack1-n2", ...args);
    assert.equal(code, 2, err);
    assert.match(err, said);
  }
  const twice = await ask("quirks", "set", "rack1-n2", "--local", "exit-0,exit-0");
  assert.equal(twice.code, 1);
  assert.match(twice.err, /localBoot: names a way twice/);
  assert.equal((await ask("quirks", "set", "nobody", "--no-options")).code, 1);
});
