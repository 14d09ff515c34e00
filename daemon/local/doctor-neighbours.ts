/** Reports the neighbours that answer ARP requests for addresses of others, as the netboot process recorded them. */
import { existsSync } from "node:fs";
import type { Check } from "../contract/admin/doctor.ts";
import { lately, PROXY_ARP_ADVICE, proxyArpText } from "../contract/netboot/arp-proxy.ts";
import type { DataDir } from "../data-dir.ts";
import { arpProxiesIn } from "../store/netboot/arp-proxies.ts";

/** Machines get their addresses all the same, so this is an advice and not a problem. */
export function neighbourCheck({ database }: Pick<DataDir, "database">, nowMs = Date.now()): Check[] {
  const proxies = existsSync(database) ? lately(arpProxiesIn(database), nowMs) : [];
  if (proxies.length === 0) return [];
  return [{ name: "proxy ARP", ok: true, detail: proxies.map(proxyArpText).join(" "), advice: PROXY_ARP_ADVICE }];
}
