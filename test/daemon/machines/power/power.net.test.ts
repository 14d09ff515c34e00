/**
 * `muster power` from the command line to the wire: the magic packet of the whole daemon, and its events on
 * the timeline.
 */
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { noNetwork } from "../../../../scripts/lab/network.ts";
import { startTestDaemon, type TestDaemon } from "../../../support/daemon.ts";

const listener = `
import socket
wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
wire.bind(("", 9))
wire.settimeout(20)
print("listening", flush=True)
print(wire.recv(2000).hex(), flush=True)
`;

describe("power of the whole daemon", { skip: noNetwork }, () => {
  let lab: TestDaemon;
  let key = "";
  const mac = "52:54:00:77:00:01";
  const muster = (...args: string[]) => lab.daemon.muster("--key", key, ...args);
  const refused = (...args: string[]): string => {
    try {
      muster("--json", ...args);
    } catch (error) {
      return String((error as { stderr: string }).stderr);
    }
    return assert.fail(`${args.join(" ")} went well`);
  };

  before(async () => {
    lab = await startTestDaemon({
      settings: {
        power: {
          default: { driver: "wol" },
          nodes: { relay: { driver: "command", off: ["/bin/true"], status: ["/bin/echo", "off"] } },
        },
      },
    });
    key = lab.daemon.createKey("test", "operator");
    muster("accept", mac, "--name", "sleeper");
    muster("accept", "52:54:00:77:00:02", "--name", "relay");
  });
  after(() => lab?.stop());

  test("a sleeping machine hears its address sixteen times", async () => {
    const { namespace, device } = lab.network.client("52:54:00:77:00:09");
    await lab.network.run("ip", ["address", "add", "10.77.9.9/16", "broadcast", "+", "dev", device], { namespace });
    const sleeper = lab.network.spawn("/usr/bin/python3", ["-c", listener], { namespace, stdio: ["ignore", "pipe", "inherit"] });
    assert(sleeper.stdout);
    const lines = createInterface({ input: sleeper.stdout })[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, "listening");
    assert.match(muster("power", "on", "sleeper"), /Wake-on-LAN sent to 52:54:00:77:00:01; the next boot shows whether sleeper woke up/);
    assert.equal((await lines.next()).value, "ff".repeat(6) + mac.replaceAll(":", "").repeat(16));
  });

  test("actions that cut the power need the node's name, and every request is on the timeline with its result", () => {
    assert.match(refused("power", "off", "relay"), /confirm: power off cuts the power of a machine that is accepted/);
    assert.match(muster("power", "off", "relay", "--confirm", "relay"), /relay was already off/);
    assert.match(refused("power", "off", "sleeper", "--confirm", "sleeper"), /POWER_NOT_SUPPORTED/);
    const timeline = (name: string) =>
      (JSON.parse(muster("--json", "node", name)).events as { type: string; summary: string }[])
        .filter(({ type }) => type.startsWith("power."))
        .map(({ type, summary }) => `${type}: ${summary}`);
    assert.deepEqual(timeline("relay"), [
      "power.asked: power off by command, asked by test",
      "power.done: power off: relay was already off",
    ]);
    assert.deepEqual(timeline("sleeper").slice(-2), [
      "power.asked: power off by wol, asked by test",
      "power.failed: power off did not happen: sleeper has the driver wol, which can only wake a machine",
    ]);
    assert.match(muster("power", "status", "relay"), /^relay is off\.$/m);
  });
});
