/** `muster init` as a person meets it: at a terminal, with the cards this machine has. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { type Card, cards } from "../../../daemon/compose/network-cards.ts";
import { loadConfig } from "../../../daemon/config.ts";
import { environment, muster, outcome, temporary } from "../cli/muster.ts";

const { folder, remove } = temporary();
after(remove);
const card: Card | undefined = cards().find(({ address }) => address !== undefined);
const options = card ? {} : { skip: "no network card of this machine has an IPv4 address" };
if (!card) console.log(`skipped: ${options.skip}`);
const name = card?.name ?? "";

async function atTerminal(file: string, answers: string[]) {
  const program = [process.execPath, join(import.meta.dirname, "../../../daemon/main.ts"), "init", "--output", join(folder, file)];
  const terminal = join(import.meta.dirname, "../../support/terminal.py");
  const child = spawn("python3", [terminal, JSON.stringify(answers), ...program], {
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { code, out } = await outcome(child);
  return { code, screen: stripVTControlCharacters(out) };
}

test("it asks again until an answer can be, and writes what was answered", options, async () => {
  const { code, screen } = await atTerminal("asked.yaml", ["nope0", name, "sometimes", "full", "300", "10.9.8.7", "10.9.8.99"]);
  assert.equal(code, 0, screen);
  for (const says of ["There is no card nope0", "It is one of off, proxy, full", "300 is not an IPv4 address", "Next: muster doctor"])
    assert.ok(screen.includes(says), screen);
  const { netboot } = loadConfig(join(folder, "asked.yaml"));
  assert.deepEqual([netboot.interface, netboot.dhcp, netboot.range], [name, "full", { from: "10.9.8.7", to: "10.9.8.99" }]);
});

for (const [key, answers] of [
  ["Ctrl-C", ["^C"]],
  ["Ctrl-D", [name, "^D"]],
] as const) {
  test(`${key} ends it, and nothing is written`, options, async () => {
    const { code, screen } = await atTerminal("stopped.yaml", [...answers]);
    assert.deepEqual([code, existsSync(join(folder, "stopped.yaml"))], [130, false], screen);
    assert.match(screen, /stopped; nothing was written/);
  });
}

test("from options alone it asks nothing, and proposes the range of the card's network", options, async () => {
  const file = join(folder, "given.yaml");
  const { code, out } = await muster(["init", "--output", file, "--interface", name, "--dhcp", "full", "--json"]);
  assert.deepEqual([code, JSON.parse(out)], [0, { file }]);
  assert.ok(loadConfig(file).netboot.range);
  assert.match(readFileSync(file, "utf8"), /# TCP port of the API and the dashboard\.\n {2}# port: 8000/);
});

test("keys that the start would refuse are refused before anything is written", options, async () => {
  const file = join(folder, "refused.yaml");
  const { code, err } = await muster([
    "init",
    "--output",
    file,
    "--interface",
    name,
    "--dhcp",
    "off",
    "--ssh-keys",
    join(folder, "none.pub"),
  ]);
  assert.deepEqual([code, existsSync(file)], [1, false]);
  assert.match(err, /access\.ssh_keys_file: cannot read .*none\.pub/);
});
