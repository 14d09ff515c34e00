/** A step with a playbook checks the files once more, because it may have waited long for earlier steps. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makePlan } from "../../../../daemon/changes/plans/planner.ts";
import { runbooksOf } from "../../../../daemon/changes/plans/runbook.ts";
import { loadCatalogue, ourTools } from "../../../../daemon/changes/tools/catalogue.ts";
import { stepPlace } from "../../../../daemon/executor/steps/local-command.ts";
import { performStep } from "../../../../daemon/executor/steps/perform.ts";
import { Secrets } from "../../../../daemon/executor/steps/secrets.ts";
import { SshLines } from "../../../../daemon/executor/steps/ssh.ts";
import { playbooksIn } from "../../../../daemon/jobs/playbooks/playbooks.ts";
import { createLog } from "../../../../daemon/log/log.ts";
import { fleet, toolOn } from "../../changes/fleet.ts";

test("a playbook whose role was changed after its execution began is not run", async (t) => {
  const home = mkdtempSync(join(tmpdir(), "muster-playbook-"));
  t.after(() => rmSync(home, { recursive: true }));
  const directory = join(home, "ansible");
  mkdirSync(join(directory, "playbooks"), { recursive: true });
  mkdirSync(join(directory, "roles"));
  writeFileSync(join(directory, "playbooks/update.yaml"), "# Updates.\n# muster: changes\n- hosts: all\n");
  const catalogue = loadCatalogue([ourTools], playbooksIn(directory));
  const plan = makePlan(toolOn("playbook_run", ["n1"], { playbook: "update" }), { catalogue, nodes: fleet(), runbooks: runbooksOf([]) });
  const [step] = plan.steps;
  assert.ok(step?.content !== undefined);

  writeFileSync(join(directory, "roles/evil.yaml"), "- command: rm\n");
  const at = (name: string) => join(home, name);
  const means = {
    ansible: { directory, inventory: at("inventory.yaml"), knownHosts: at("known_hosts"), home },
    ssh: new SshLines(at("key")),
    secrets: new Secrets(at("secrets"), at("key")),
    valuesNow: () => undefined,
    sshPlace: () => assert.fail("a playbook needs none"),
    graceMs: () => 100,
    leaving: new AbortController().signal,
    abandoned: new AbortController().signal,
    log: createLog("test", "silent"),
  };
  const of = {
    executionId: "8d4a3f35-93a1-4f0e-8a59-0d6f5dca2c11",
    plan,
    step,
    catalogue,
    place: stepPlace(home, "1"),
    act: () => assert.fail("a playbook is no act"),
  };
  const { status, error } = await performStep(of, means, new AbortController().signal);
  assert.equal(status, "failed");
  assert.match(error ?? "", /playbook update, or what it uses, was changed since it was planned, so it was not run/);
});
