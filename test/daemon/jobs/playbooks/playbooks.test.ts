import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { RunRequest } from "../../../../daemon/contract/jobs/run-messages.ts";
import { playbookFile, readPlaybooks } from "../../../../daemon/jobs/playbooks/playbooks.ts";

const header = "# Looks.\n# muster: read-only\n- hosts: worker_nodes\n";

test("a folder's playbooks are those whose name and header are right; the others are named with the reason", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "muster-playbooks-"));
  t.after(() => rmSync(directory, { recursive: true }));
  assert.deepEqual(readPlaybooks(directory), { playbooks: [], refused: [] });

  const folder = join(directory, "playbooks");
  mkdirSync(join(folder, "folder.yaml"), { recursive: true });
  for (const name of ["look.yaml", "Look.yaml", "look.yml", "notes.txt"]) writeFileSync(join(folder, name), header);
  writeFileSync(join(folder, "plain.yaml"), "- hosts: worker_nodes\n");
  symlinkSync("/etc/passwd", join(folder, "elsewhere.yaml"));
  const { playbooks, refused } = readPlaybooks(directory);
  assert.deepEqual(
    playbooks.map(({ name, does, readOnly }) => ({ name, does, readOnly })),
    [{ name: "look", does: "Looks.", readOnly: true }],
  );
  assert.deepEqual(
    refused.map(({ file }) => file),
    ["Look.yaml", "elsewhere.yaml", "folder.yaml", "look.yml", "plain.yaml"].map((name) => `playbooks/${name}`),
  );
});

test("every playbook that Muster brings is offered, and the executor takes its name", () => {
  const { playbooks, refused } = readPlaybooks(join(import.meta.dirname, "../../../../ansible"));
  assert.deepEqual(refused, []);
  assert.deepEqual(
    playbooks.map(({ name, readOnly }) => [name, readOnly]),
    [
      ["look", true],
      ["restart", false],
      ["update", false],
    ],
  );
  const taken = (playbook: string) => RunRequest.shape.playbook.safeParse(playbook).success;
  for (const { name } of playbooks) assert.ok(taken(playbookFile(name)), name);
  for (const path of ["../look.yaml", "playbooks/../look.yaml", "playbooks//look.yaml", "/etc/look.yaml", "roles/look.yaml", "-e.yaml"])
    assert.equal(taken(path), false, path);
});
