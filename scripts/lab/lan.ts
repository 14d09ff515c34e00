/** Sets up a LAN with its own DHCP server: dnsmasq runs on a separate machine and has no settings for network boot. */
import type { LabNetwork } from "./network.ts";

export const LAN_SERVER = "10.77.0.2";

export async function startLanDhcp(network: LabNetwork): Promise<void> {
  const { namespace, device } = network.client();
  await network.run("ip", ["address", "add", `${LAN_SERVER}/16`, "dev", device], { namespace });
  network.spawn(
    "dnsmasq",
    [
      "--keep-in-foreground",
      "--conf-file=/dev/null",
      "--port=0",
      "--user=root",
      "--pid-file=",
      "--leasefile-ro",
      `--interface=${device}`,
      "--dhcp-range=10.77.2.1,10.77.2.250,255.255.0.0,1h",
      `--dhcp-option=option:router,${network.address}`,
      `--dhcp-option=option:dns-server,${network.address}`,
      "--dhcp-authoritative",
    ],
    { namespace, stdio: "ignore" },
  );
}
