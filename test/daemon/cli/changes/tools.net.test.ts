/** `muster tools` and `runbooks` read files of this machine, without a daemon. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { muster, temporary } from "../muster.ts";

const { folder, remove } = temporary();
after(remove);
const forms = join(folder, "forms");
mkdirSync(forms);
const form = (extra = "") =>
  `name: fans\ndescription: How fast the fans of a node turn.\nexecution: {method: ssh, requires_target: true}\n${extra}command: [sensors]\n`;

test("muster tools lists Muster's tools and those of the configured folder, with their risk", async () => {
  writeFileSync(join(forms, "fans.yaml"), form());
  const config = join(folder, "muster.yaml");
  writeFileSync(config, `tools: {forms_directory: ${forms}}\n`);
  const { code, out } = await muster(["--json", "tools", "--config", config]);
  const tools = JSON.parse(out) as { name: string; risk: string; file: string; does: string }[];
  const fans = tools.find(({ name }) => name === "fans");
  // Muster cannot know the effect of an unknown program.
  assert.deepEqual([code, fans?.risk, fans?.does, fans?.file], [0, "write", "sensors", join(forms, "fans.yaml")]);
  assert.equal(tools.find(({ name }) => name === "disk_usage")?.risk, "read");
});

test("muster tools check reads another folder, and names file and line of a mistake", async () => {
  writeFileSync(join(forms, "fans.yaml"), form());
  const right = await muster(["tools", "check", forms], {}, folder);
  assert.deepEqual([right.code, /^\d+ forms of tools are valid\.$/m.test(right.out)], [0, true], right.out + right.err);
  writeFileSync(join(forms, "fans.yaml"), form("rysk: delete\n"));
  const wrong = await muster(["tools", "check", forms], {}, folder);
  assert.equal(wrong.code, 1);
  assert.match(wrong.out, /fans\.yaml:4: rysk: there is no such key/);
});

test("muster runbooks finds runbooks for a symptom", async () => {
  const { code, out } = await muster(["--json", "runbooks", "--symptom", "full-disk"]);
  assert.deepEqual([code, (JSON.parse(out) as { name: string }[]).map(({ name }) => name)], [0, ["full-disk"]]);
});

test("muster runbooks finds a runbook of the site by symptom, by intent and resource, and by words", async () => {
  const place = join(folder, "own");
  mkdirSync(place);
  writeFileSync(
    join(place, "stuck-robot.yaml"),
    "name: stuck-robot\ndescription: The tape robot hangs.\ntriggers: [{symptoms: [robot-stuck], intent_type: free, resource_type: robot}]\nsteps: [{id: look, tool: load}]\nsuccess: [{step: look, means: it moves}]\n",
  );
  const config = join(folder, "own.yaml");
  writeFileSync(config, `changes: {tools: {runbooks_directory: ${place}}}\n`);
  for (const search of [
    ["--symptom", "robot-stuck"],
    ["--intent", "free", "--resource", "robot"],
    ["Robot", "tape"],
  ]) {
    const { code, out, err } = await muster(["--json", "runbooks", ...search, "--config", config]);
    assert.deepEqual([code, (JSON.parse(out) as { name: string }[]).map(({ name }) => name)], [0, ["stuck-robot"]], err);
  }
});

test("muster runbooks explains an empty result", async () => {
  const config = join(folder, "empty.yaml");
  writeFileSync(config, "");
  const { code, out } = await muster(["runbooks", "--symptom", "haunted", "--config", config]);
  assert.equal(code, 0);
  assert.match(out, /^No runbook matches the symptom haunted; known symptoms: .*full-disk/);
  assert.match((await muster(["runbooks", "purple", "ghost", "--config", config])).out, /^No runbook matches the text "purple ghost"; /);
});

test("muster runbooks check names a step with an unknown tool", async () => {
  const place = join(folder, "runbooks");
  mkdirSync(place);
  writeFileSync(
    join(place, "noisy.yaml"),
    "name: noisy\ndescription: A node is loud.\ntriggers: [{symptom: noisy}]\nsteps: [{id: fans, tool: hush}]\nsuccess: [{step: fans, means: it is quiet}]\n",
  );
  const { code, out } = await muster(["runbooks", "check", place], {}, folder);
  assert.equal(code, 1);
  assert.match(out, /noisy\.yaml:4: steps\.0\.tool: there is no tool hush/);
});
