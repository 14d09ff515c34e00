/** Finds the cause of a failed boot from the steps that Muster saw and the steps that are missing. Pure. */
import type { Finding } from "../../contract/netboot/explanation.ts";
import type { OtherServer } from "../../contract/netboot/network.ts";
import { mergedNone, tookTheOther } from "../dhcp/two-servers.ts";
import type { WireStory } from "./wire-story.ts";

export interface Circumstances {
  proxy: boolean;
  /** The options to set on the LAN's own DHCP server. */
  router: string[];
  /** All known DHCP servers other than Muster. */
  servers: readonly OtherServer[];
}

/**
 * The number of unanswered offers after which the firmware is assumed to ignore offers. Firmware sends DISCOVER two
 * or three times before it gives up. A late offer alone cannot cause so many repeats.
 */
const IGNORED_OFFERS = 3;

export function diagnose(story: WireStory, { proxy, router, servers }: Circumstances): Finding | undefined {
  const { discovers, offers, requests, bootServer, tftp, http, script } = story;
  const loaded = tftp.complete.length > 0 || http.files > 0;
  const tftpSeen = loaded || tftp.probes + tftp.refused.length + tftp.broken.length > 0;
  if (script !== undefined || story.events.length === 0) return undefined;

  if (tftp.refused.length > 0 && !loaded)
    return found(
      `the machine asked for a file that is not there: ${tftp.refused.at(-1)}`,
      "If the name is one of Muster's: muster assets fetch",
      "If it is not, another DHCP server named it. Set there:",
      ...router,
    );
  if (tftp.broken.length > 0 && !loaded)
    return found(
      `the boot file did not arrive: ${tftp.broken.at(-1)}`,
      "Allow the high UDP ports from which TFTP answers in the firewall.",
      "Check the cable and the switch port.",
    );
  if (story.ipxe)
    return found(
      "iPXE runs and got the URL of its script, but never requested it",
      "Allow TCP 8080 in the firewall.",
      "In proxy mode: the machine must reach this server from the address it got.",
    );
  if (loaded)
    return found(
      "the boot file was fetched, but iPXE sent nothing",
      "Its driver may not support the card: try the other of snponly.efi and ipxe.efi.",
      "Secure Boot refuses unsigned files: switch it off.",
    );
  if (discovers > 0 && offers === 0 && bootServer === 0)
    return found(
      `Muster offered it no boot file: ${story.silence ?? "no reason recorded"}`,
      "The rules below show what would change that.",
    );
  if (offers >= IGNORED_OFFERS && requests === 0 && bootServer === 0 && !tftpSeen) return mergedNone(story, servers, router, proxy);
  if (offers > 0 && story.chose !== undefined && bootServer === 0 && !tftpSeen) return tookTheOther(story, servers, router);
  if (bootServer > 0 && !tftpSeen)
    return found(
      "port 4011 was answered, and no TFTP request came",
      "Allow UDP 69 in the firewall.",
      "The machine may have used another server's next-server: check the router.",
    );
  if (offers > 0 && requests === 0 && !tftpSeen)
    return found("an offer was sent, and no packet followed yet", "Wait for its next try, then run this again.");
  return undefined;
}

const found = (finding: string, ...next: string[]): Finding => ({ finding, next });
