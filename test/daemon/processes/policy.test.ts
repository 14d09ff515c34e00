/** The settings of the policy: the strictest of file and environment, and the same for both processes that evaluate it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { policySettings } from "../../../daemon/changes/policy/settings.ts";
import { parseConfig } from "../../../daemon/config/config.ts";
import { childSpecs } from "../../../daemon/processes/supervisor/children.ts";

const config = (mode: string) => parseConfig(`policy: { approval_mode: ${mode}, rules_directory: /etc/muster/policy }`, "test");

for (const [file, env, mode] of [
  ["policy", {}, "policy"],
  ["changes", { MUSTER_APPROVAL_MODE: "false" }, "changes"],
  ["policy", { APPROVAL_MODE: "true" }, "changes"],
  ["changes", { MUSTER_APPROVAL_MODE: "policy", APPROVAL_MODE: "everything" }, "everything"],
] as const) {
  test(`approval_mode ${file} with ${JSON.stringify(env)} is ${mode}: nothing asks for less`, () => {
    assert.deepEqual(policySettings(config(file).changes, env), {
      folders: ["/etc/muster/policy"],
      approvalMode: mode,
      prodByHand: "policy",
    });
  });
}

test("control and executor get the mode of the environment, netboot does not", () => {
  const env = { APPROVAL_MODE: "true", MUSTER_APPROVAL_MODE: "everything" };
  const told = childSpecs(config("policy"), "muster.yaml", "/data", env).map(({ name, env }) => [
    name,
    env.APPROVAL_MODE,
    env.MUSTER_APPROVAL_MODE,
  ]);
  assert.deepEqual(told, [
    ["control", "true", "everything"],
    ["netboot", undefined, undefined],
    ["executor", "true", "everything"],
  ]);
});

test("no child loads compiled code that another child saved", () => {
  const folders = (env: NodeJS.ProcessEnv) =>
    childSpecs(config("policy"), "muster.yaml", "/data", env).map(({ env }) => env.NODE_COMPILE_CACHE);
  assert.deepEqual(folders({ NODE_COMPILE_CACHE: "/cache" }), ["/cache/control", "/cache/netboot", "/cache/executor"]);
  assert.deepEqual(folders({}), [undefined, undefined, undefined]);
});
