/** Encodes the additional DHCP options from the operator's settings. */
import { ipBytes, parseBlock, toAddress, uint32 } from "./address.ts";
import { Option } from "./option.ts";

export interface ExtraOptions {
  ntp?: readonly string[] | undefined;
  /** Search domains. */
  search?: readonly string[] | undefined;
  routes?: readonly { to: string; via: string }[] | undefined;
  /** A client that can work without IPv4 turns IPv4 off for this number of seconds (RFC 8925). */
  ipv6OnlySeconds?: number | undefined;
}

/**
 * The parameter `router` is the router in option 3. A client that uses option 121 ignores option 3, so option 121
 * must repeat the router (RFC 3442).
 */
export function encodeExtra(
  { ntp = [], search = [], routes = [], ipv6OnlySeconds }: ExtraOptions,
  router: string,
): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  if (ntp.length > 0) options.set(Option.ntpServers, Buffer.concat(ntp.map(ipBytes)));
  if (search.length > 0) options.set(Option.domainSearch, Buffer.concat(search.map(domainLabels)));
  if (routes.length > 0) {
    const hasDefault = routes.some(({ to }) => to.endsWith("/0"));
    const all = hasDefault ? routes : [...routes, { to: "0.0.0.0/0", via: router }];
    options.set(Option.classlessRoutes, Buffer.concat(all.map(route)));
  }
  if (ipv6OnlySeconds !== undefined) options.set(Option.ipv6OnlyPreferred, uint32(ipv6OnlySeconds));
  return options;
}

/** Encodes a route as the prefix length, the significant bytes of the network, and the gateway. */
function route({ to, via }: { to: string; via: string }): Uint8Array {
  const { network, prefix } = parseBlock(to);
  return Buffer.concat([Buffer.of(prefix), ipBytes(toAddress(network)).subarray(0, Math.ceil(prefix / 8)), ipBytes(via)]);
}

/** Encodes a domain name as in DNS, but without the compression that RFC 3397 permits. */
function domainLabels(domain: string): Uint8Array {
  const labels = domain.replace(/\.$/, "").split(".");
  return Buffer.concat([...labels.flatMap((label) => [Buffer.of(label.length), Buffer.from(label, "latin1")]), Buffer.of(0)]);
}
