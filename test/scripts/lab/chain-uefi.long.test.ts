/**
 * The image profile on UEFI, from an empty disk to the first call-home. Everything after it is the same as on BIOS. The group
 * `qemu` boots UEFI as far as the installer's kernel.
 */
import { test } from "node:test";
import { noQemu } from "../../../scripts/lab/machine.ts";
import { noNetwork } from "../../../scripts/lab/network.ts";
import { installMachine } from "../../support/installation.ts";
import { startTestLab } from "../../support/lab.ts";

test("an empty disk becomes a node on UEFI", { skip: noNetwork || noQemu }, async (t) => {
  const lab = await startTestLab("full");
  t.after(() => lab.stop());
  await installMachine(t, lab, "uefi");
});
