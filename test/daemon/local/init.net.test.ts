/** `muster init` at a terminal, with the cards of this machine. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { loadConfig } from "../../../daemon/config/config.ts";
import { type Card, cards } from "../../../daemon/local/network-cards.ts";
import { environment, muster, outcome, temporary } from "../cli/muster.ts";

const { folder, remove } = temporary();
after(remove);
const card: Card | undefined = cards().find(({ address }) => address !== undefined);
const options = card ? {} : { skip: "no network card of this machine has an IPv4 address" };
if (!card) console.log(`skipped: ${options.skip}`);
const name = card?.name ?? "";
const other = cards().find((each) => each.name !== name)?.name;
/** If there is another card, the command asks for it too. */
const enough = other === undefined ? [] : [""];

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

test("it repeats a question until the answer is valid, and writes the answers", options, async () => {
  const { code, screen } = await atTerminal("asked.yaml", ["nope0", name, "sometimes", "full", "300", "10.9.8.7", "10.9.8.99", ...enough]);
  assert.equal(code, 0, screen);
  for (const says of ["There is no card nope0", "Choose one of off, proxy, full", "300 is not an IPv4 address", "Next: muster doctor"])
    assert.ok(screen.includes(says), screen);
  const { netboot } = loadConfig(join(folder, "asked.yaml"));
  assert.deepEqual([netboot.interface, netboot.dhcp, netboot.range], [name, "full", { from: "10.9.8.7", to: "10.9.8.99" }]);
});

test(
  "machines may boot from a second card too, with a mode of its own",
  other === undefined ? { skip: "one card only" } : options,
  async () => {
    const { code, screen } = await atTerminal("two.yaml", [
      name,
      "proxy",
      "nope0",
      other ?? "",
      "off",
      ...(cards().length > 2 ? ["no"] : []),
    ]);
    assert.equal(code, 0, screen);
    assert.ok(screen.includes("Answer no, or name one of these cards."), screen);
    assert.deepEqual(loadConfig(join(folder, "two.yaml")).netboot.interfaces, [
      { interface: name, dhcp: "proxy" },
      { interface: other, dhcp: "off" },
    ]);
  },
);

for (const [key, answers] of [
  ["Ctrl-C", ["^C"]],
  ["Ctrl-D", [name, "^D"]],
] as const) {
  test(`${key} stops it, and nothing is written`, options, async () => {
    const { code, screen } = await atTerminal("stopped.yaml", [...answers]);
    assert.deepEqual([code, existsSync(join(folder, "stopped.yaml"))], [130, false], screen);
    assert.match(screen, /stopped, and nothing was written/);
  });
}

test("with complete options it asks nothing, and proposes a range of the card's network", options, async () => {
  const file = join(folder, "given.yaml");
  const { code, out } = await muster(["init", "--output", file, "--interface", name, "--dhcp", "full", "--json"]);
  assert.deepEqual([code, JSON.parse(out)], [0, { file }]);
  assert.ok(loadConfig(file).netboot.range);
  assert.match(readFileSync(file, "utf8"), /# TCP port of the API and the page\.\n {4}# port: 8000/);
});

test(
  "several cards are given with their modes, and mistakes are reported",
  other === undefined ? { skip: "one card only" } : options,
  async () => {
    const file = join(folder, "several.yaml");
    const several = ["init", "--output", file, "--interface", name];
    const wrong = async (...more: string[]) => (await muster([...several, ...more])).err;
    assert.match(await wrong("--interface", `${other}=proxy`), new RegExp(`--interface: ${name} has no DHCP mode`));
    assert.match(await wrong("--interface", `${other}=sometimes`), /sometimes is not a DHCP mode/);
    assert.match(
      await wrong("--interface", `${other}=off`, "--dhcp", "full", "--from", "10.0.0.1"),
      /--from and --to: are for a single interface/,
    );
    assert.equal(existsSync(file), false);
    const { code } = await muster([...several, "--interface", `${other}=off`, "--dhcp", "proxy"]);
    assert.equal(code, 0);
    assert.deepEqual(
      loadConfig(file).netboot.interfaces.map((each) => [each.interface, each.dhcp]),
      [
        [name, "proxy"],
        [other, "off"],
      ],
    );
  },
);

test("SSH keys that the daemon would refuse are refused before the file is written", options, async () => {
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
