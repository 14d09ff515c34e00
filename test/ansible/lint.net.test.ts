/** The roles and playbooks pass Ansible's own checks. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const directory = join(import.meta.dirname, "../../ansible");

const noLint = existsSync("/usr/bin/ansible-lint") ? false : "ansible-lint is not installed";
test("ansible-lint has nothing to say", { skip: noLint }, () => {
  const { status, stdout, stderr } = spawnSync("ansible-lint", ["--offline", "--nocolor"], { cwd: directory, encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
});
