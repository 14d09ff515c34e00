/**
 * A proxy next to a dnsmasq that names its own boot file: overheard, named and explained, without sending a
 * packet to find it.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import type * as z from "zod";
import { Explanation } from "../../daemon/contract/netboot/explanation.ts";
import { Network } from "../../daemon/contract/netboot/network.ts";
import { LAN_SERVER } from "../../scripts/lab/lan.ts";
import { type LabNetwork, noNetwork } from "../../scripts/lab/network.ts";
import { startTestDaemon } from "../support/daemon.ts";
import { until } from "../support/until.ts";

const missing = ["/usr/sbin/udhcpc", "/usr/sbin/dnsmasq"].find((program) => !existsSync(program));
const skip = noNetwork || (missing ? `${missing} is not installed` : false);
if (skip) console.log(`skipped: ${skip}`);

const MAC = "52:54:00:0c:00:07";
/** Asks for a broadcast, as UEFI does. */
const uefi = ["-B", "-V", "PXEClient:Arch:00007:UNDI:003016", "-x", "0x5d:0007", "-x", "0x5e:010310"];

async function bootingLan(network: LabNetwork): Promise<void> {
  const { namespace, device } = network.client();
  await network.run("ip", ["address", "add", `${LAN_SERVER}/16`, "dev", device], { namespace });
  const options = [
    "--keep-in-foreground",
    "--conf-file=/dev/null",
    "--port=0",
    "--user=root",
    "--pid-file=",
    "--leasefile-ro",
    "--no-ping",
  ];
  const range = [`--interface=${device}`, "--dhcp-range=10.77.2.1,10.77.2.250,255.255.0.0,1h", "--dhcp-boot=pxelinux.0,,10.77.0.9"];
  network.spawn("dnsmasq", [...options, ...range], { namespace, stdio: "ignore" });
}

test("a machine that takes the other server's offer is explained by that server's name, card and boot file", { skip }, async (t) => {
  const lab = await startTestDaemon({ dhcp: "proxy", before: bootingLan });
  t.after(() => lab.stop());
  const key = lab.daemon.createKey("test", "viewer");
  const ask = <T>(schema: z.ZodType<T>, ...words: string[]): T =>
    schema.parse(JSON.parse(lab.daemon.muster("--key", key, "--json", ...words)));
  const { namespace } = lab.network.client(MAC);
  // The daemon's machine has used that server before, as on any LAN, so the kernel knows its MAC address.
  await lab.network.run("bash", ["-c", `echo >/dev/udp/${LAN_SERVER}/9`]);
  await lab.network.run("udhcpc", ["-i", "eth0", "-f", "-n", "-q", "-t", "5", "-T", "2", "-s", "/bin/true", ...uefi], { namespace });

  let explanation = ask(Explanation, "explain", MAC);
  await until("the other server's offer is known", () => {
    explanation = ask(Explanation, "explain", MAC);
    return explanation.seen.some((line) => line.includes("pxelinux.0"));
  });
  const { diagnosis, seen } = explanation;
  assert.match(
    diagnosis?.finding ?? "",
    /took that of the server 10\.77\.0\.2 \(([0-9a-f]{2}:){5}[0-9a-f]{2}\).*names the boot file pxelinux\.0, next-server 10\.77\.0\.9/,
  );
  assert.match(diagnosis?.next[0] ?? "", /^On 10\.77\.0\.2: remove the boot file pxelinux\.0/);
  assert.ok(
    seen.some((line) => /offered it the address 10\.77\.2\.\d+, the boot file pxelinux\.0/.test(line)),
    seen.join("\n"),
  );

  const { otherServers, interfaces, leases } = ask(Network, "leases");
  assert.deepEqual(
    otherServers.map(({ address, offer }) => [address, offer?.bootFile]),
    [[LAN_SERVER, "pxelinux.0"]],
  );
  assert.deepEqual([interfaces.map(({ mode }) => mode), leases], [["proxy"], []]);
});
