/** What a boot that came to nothing failed at, judged by what was seen of it and what was not. Pure. */
import type { Finding } from "../../contract/netboot/explanation.ts";
import type { OtherServer } from "../../contract/netboot/network.ts";
import { mergedNone, tookTheOther } from "../dhcp/two-servers.ts";
import type { WireStory } from "./wire-story.ts";

export interface Circumstances {
  proxy: boolean;
  /** What to set on the LAN's own DHCP server. */
  router: string[];
  /** Other DHCP servers that were ever heard of. */
  servers: readonly OtherServer[];
}

/** Firmware repeats its DISCOVER two or three times before it gives up; an offer on its way does not look like this. */
const IGNORED_OFFERS = 3;

export function diagnose(story: WireStory, { proxy, router, servers }: Circumstances): Finding | undefined {
  const { discovers, offers, requests, bootServer, tftp, http, script } = story;
  const loaded = tftp.complete.length > 0 || http.files > 0;
  const tftpSeen = loaded || tftp.probes + tftp.refused.length + tftp.broken.length > 0;
  if (script !== undefined || story.events.length === 0) return undefined;

  if (tftp.refused.length > 0 && !loaded)
    return found(
      `it asked for a file that is not there: ${tftp.refused.at(-1)}`,
      "If the name is ours: muster assets fetch",
      "If it is not: another DHCP server named it. Set there:",
      ...router,
    );
  if (tftp.broken.length > 0 && !loaded)
    return found(
      `the boot file did not arrive: ${tftp.broken.at(-1)}`,
      "Let the high UDP ports that TFTP answers from through the firewall.",
      "Look at the cable and the switch port.",
    );
  if (story.ipxe)
    return found(
      "iPXE runs and was told its script, and never came for it",
      "Let TCP 8080 through the firewall.",
      "In proxy mode: the address it has must reach this server.",
    );
  if (loaded)
    return found(
      "the boot file was fetched, and iPXE never spoke",
      "Its driver may not suit the card: try the other of snponly.efi and ipxe.efi.",
      "Secure Boot refuses unsigned files: switch it off.",
    );
  if (discovers > 0 && offers === 0 && bootServer === 0)
    return found(
      `we did not offer it a boot file: ${story.silence ?? "no reason recorded"}`,
      "What would change that is in the rules below.",
    );
  if (offers >= IGNORED_OFFERS && requests === 0 && bootServer === 0 && !tftpSeen) return mergedNone(story, servers, router, proxy);
  if (offers > 0 && story.chose !== undefined && bootServer === 0 && !tftpSeen) return tookTheOther(story, servers, router);
  if (bootServer > 0 && !tftpSeen)
    return found(
      "port 4011 was answered, and no TFTP request came",
      "Let UDP 69 through the firewall.",
      "Another server's next-server may have been taken: look at the router.",
    );
  if (offers > 0 && requests === 0 && !tftpSeen)
    return found("an offer was sent and nothing came back yet", "Wait for its next try, then ask again.");
  return undefined;
}

const found = (finding: string, ...next: string[]): Finding => ({ finding, next });
