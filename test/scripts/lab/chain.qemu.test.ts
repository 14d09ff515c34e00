/** The whole life of a machine with the image profile: empty disk to ready, a reset, and a second run that changes nothing. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { noQemu } from "../../../scripts/lab/machine.ts";
import { noNetwork } from "../../../scripts/lab/network.ts";
import { HOUR, installMachine } from "../../support/installation.ts";
import { count, startTestLab, type TestLab } from "../../support/lab.ts";

const skip = noNetwork || noQemu;

let lab: TestLab;
before(async () => {
  if (!skip) lab = await startTestLab("full");
});
after(() => lab?.stop());

test("an empty disk becomes a ready node", { skip }, async (t) => {
  const { machine, name, mac } = await installMachine(t, lab, "bios");
  const timeline = await lab.until(mac, "ready", HOUR, ({ state }) => state.phase === "ready");
  assert.equal(count(timeline, "install.handed-out"), 1);

  const localBoots = count(await lab.api.nodeEvents({ node: name }), "boot.local");
  await machine.reset();
  const after = await lab.until(mac, "sent to its disk after a reset", HOUR, (_, events) => count(events, "boot.local") > localBoots);
  assert.equal(count(after, "install.handed-out"), 1);
  await machine.waitForSerial(new RegExp(`${name} login:`), HOUR * 1000);
  assert.equal((await lab.api.getNode({ node: name })).state.phase, "ready");

  const again = await lab.api.reprovisionNode({ node: name });
  await lab.until(
    mac,
    "configured again",
    HOUR,
    ({ state }, events) => state.phase === "ready" && events.some(({ jobId, type }) => jobId === again.id && type === "job.succeeded"),
  );
  const { result } = await lab.api.getJob({ id: again.id });
  const { text } = await lab.api.jobOutput({ id: again.id });
  assert.equal(result?.recap?.changed, 0, `a second run changes nothing, even after a reset as soon as it was ready:\n${text}`);
});
