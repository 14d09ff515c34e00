/**
 * The installer's own network functions at a port of a real bridge with spanning tree, and a real DHCP server behind it. The
 * bridge drops the packets of a new port for twice its forward delay, while the card has a carrier.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { startLanDhcp } from "../../../scripts/lab/lan.ts";
import { createNetwork, noNetwork } from "../../../scripts/lab/network.ts";
import { until } from "../../support/until.ts";

const library = join(import.meta.dirname, "../../../scripts/image/initrd/lib");
const FORWARDING = "3";
const MAC = "52:54:00:4d:57:01";

interface Port {
  /** Runs `join_network` as the installer does. Resolves with its exit code and its words. */
  joinNetwork(settings?: string): Promise<{ code: number | null; output: string }>;
  /** The state of the port: 1 listening, 2 learning, 3 forwarding. */
  state(): Promise<string>;
  clientLog(): string;
}

async function plugIn(t: TestContext, forwardDelaySeconds: number, server: boolean): Promise<Port> {
  const network = createNetwork();
  const folder = mkdtempSync(join(tmpdir(), "muster-stp-"));
  t.after(() => {
    network.close();
    rmSync(folder, { recursive: true });
  });
  if (server) await startLanDhcp(network);
  const { namespace } = network.client(MAC);
  const inNamespace = (command: string) => network.run("sh", ["-c", command], { namespace });
  await inNamespace("ip link set eth0 down");
  const bridge = ["type", "bridge", "stp_state", "1", "forward_delay", String(forwardDelaySeconds * 100)];
  await network.run("ip", ["link", "set", "br0", ...bridge]);
  const port = server ? "port2" : "port1";
  const state = async () => (await network.run("cat", [`/sys/class/net/br0/brif/${port}/state`])).trim();
  // The server's port has been blocked too. Only the machine's port is new when the machine starts.
  if (server)
    await until(
      "the port of the server forwards",
      async () => (await network.run("cat", ["/sys/class/net/br0/brif/port1/state"])).trim() === FORWARDING,
    );

  // A virtual card has no device behind it, so its folder of /sys is completed here.
  const card = join(folder, "sys/class/net/eth0");
  mkdirSync(join(card, "device/driver"), { recursive: true });
  for (const name of ["type", "address", "carrier"]) symlinkSync(`/sys/class/net/eth0/${name}`, join(card, name));
  writeFileSync(join(folder, "cmdline"), `quiet BOOTIF=01-${MAC.replaceAll(":", "-")}\n`);
  // The machine's name servers must not replace those of this host.
  writeFileSync(
    join(folder, "udhcpc.sh"),
    readFileSync(join(library, "udhcpc.sh"), "utf8").replaceAll("/etc/resolv.conf", `${folder}/resolv.conf`),
    { mode: 0o755 },
  );
  const text = readFileSync(join(library, "network.sh"), "utf8")
    .replace("/lib/muster/udhcpc.sh", join(folder, "udhcpc.sh"))
    .replaceAll("/run/udhcpc.log", join(folder, "udhcpc.log"));
  writeFileSync(join(folder, "network.sh"), text);
  return {
    state,
    clientLog: () => readFileSync(join(folder, "udhcpc.log"), "utf8"),
    joinNetwork(settings = "") {
      const script = `. ${library}/report.sh; . ${folder}/network.sh; ${settings}\njoin_network || { echo "$why"; exit 1; }`;
      const env = {
        ...process.env,
        sys: join(folder, "sys"),
        cmdline: join(folder, "cmdline"),
        PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
      };
      const child = network.spawn("sh", ["-c", script], { namespace, env, stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (part: string) => (output += part));
      return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
    },
  };
}

const skip = noNetwork;
describe("a switch port with spanning tree", { concurrency: true, skip }, () => {
  for (const [blockedSeconds, kind] of [
    [4, "the shortest time"],
    [30, "classic spanning tree"],
    [50, "the longest time"],
  ] as const)
    test(`a machine has an address after the port was blocked for ${blockedSeconds} s (${kind})`, async (t) => {
      const port = await plugIn(t, blockedSeconds / 2, true);
      const joining = port.joinNetwork();
      let last = "0";
      const blocked = new Set<string>();
      const watched = until("the port forwards", async () => {
        last = await port.state();
        blocked.add(last);
        return last === FORWARDING;
      });
      await watched;
      const { code, output } = await joining;
      assert.equal(code, 0, output);
      assert.match(output, /network: 52:54:00:4d:57:01 \(eth0, driver\) is 10\.77\.2\.\d+\/16/);
      assert.ok(blocked.has("1") && blocked.has("2"), `the port was ${[...blocked].join(", ")}`);
      // The bridge dropped the first DISCOVER, so one was not enough.
      assert.ok((port.clientLog().match(/broadcasting discover/g) ?? []).length > 1, port.clientLog());
    });

  test("a card without a DHCP server fails after a time that is named", async (t) => {
    const port = await plugIn(t, 2, false);
    const { code, output } = await port.joinNetwork("dhcp_tries=3 dhcp_pause=2");
    assert.deepEqual([code, output], [1, "no DHCP server answered on eth0 within 6 s\n"]);
  });
});
