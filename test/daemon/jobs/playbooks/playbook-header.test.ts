import assert from "node:assert/strict";
import { test } from "node:test";
import { headerOf } from "../../../../daemon/jobs/playbooks/playbook-header.ts";

test("a header says what a playbook does, and whether it only looks", () => {
  const text = "# Says how full disks are.\n# Of every node.\n#\n# muster: read-only\n- hosts: worker_nodes\n";
  assert.deepEqual(headerOf(text), { kind: "header", does: "Says how full disks are. Of every node.", readOnly: true });
});

test("a playbook that changes something says so", () => {
  assert.deepEqual(headerOf("---\n# Updates.\n# muster: changes\n- hosts: all\n"), { kind: "header", does: "Updates.", readOnly: false });
});

for (const [what, text, reason] of [
  ["without a comment", "- hosts: all\n", /no line `# muster: read-only`/],
  ["whose line comes after its first play", "- hosts: all\n# Looks.\n# muster: read-only\n", /no line/],
  ["with another word", "# Looks.\n# muster: readonly\n- hosts: all\n", /says `muster: readonly`; it must be read-only or changes/],
  ["with a word every object has", "# Looks.\n# muster: constructor\n- hosts: all\n", /says `muster: constructor`/],
  ["that does not say what it does", "# muster: changes\n- hosts: all\n", /has no description/],
] as const)
  test(`a playbook ${what} is not offered, and the reason says what to write`, () => {
    const header = headerOf(text);
    assert(header.kind === "none");
    assert.match(header.reason, reason);
  });

test("a header declares extra variables with types, bounds and secrets", () => {
  const text = `# Deploys.
# muster: changes
# muster-variables:
#   release: { type: string, required: true, pattern: '[0-9.]+' }
#   count:
#     type: integer
#     max: 9
#   token: { secret: deploy_token }
- hosts: all
`;
  assert.deepEqual(headerOf(text), {
    kind: "header",
    does: "Deploys.",
    readOnly: false,
    variables: {
      release: { type: "string", required: true, pattern: "[0-9.]+" },
      count: { type: "integer", required: false, max: 9 },
      token: { secret: "deploy_token" },
    },
  });
});

for (const [what, declared, reason] of [
  ["of an unknown type", "x: { type: date }", /declares a wrong variable: muster-variables:x/],
  ["that changes the connection", "ansible_connection: { type: string }", /ansible_connection/],
  ["with a pattern that is none", "x: { type: string, pattern: '(' }", /muster-variables:x/],
  ["with a secret outside of the folder", "x: { secret: ../key }", /muster-variables:x/],
  ["that is no YAML", "x: { type", /has no YAML after muster-variables:/],
] as const)
  test(`a playbook that declares a variable ${what} is not offered`, () => {
    const header = headerOf(`# Deploys.\n# muster: changes\n# muster-variables:\n#   ${declared}\n- hosts: all\n`);
    assert(header.kind === "none");
    assert.match(header.reason, reason);
  });
