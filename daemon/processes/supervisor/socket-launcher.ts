/** Builds the command that binds the sockets of DHCP and TFTP for the netboot process. Pure. */
import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import { type BootInterface, bootInterfaces } from "../../config/netboot.ts";

const launcher = join(import.meta.dirname, "../../../pxe/bind-sockets.py");

/**
 * Returns the command of a launcher that binds each socket to one interface, which Node cannot do (decision
 * 0004). Returns an empty list if no socket is needed. `inherited` are the descriptors of bound sockets that the command inherits.
 */
export function socketLauncher({ netboot }: Pick<Config, "netboot">, inherited: readonly number[]): string[] {
  const wanted = bootInterfaces(netboot).flatMap((each) => [each.interface, ...socketsOf(each, inherited.length > 0)]);
  if (!wanted.some((item) => item.includes("="))) return [];
  const handed = inherited.length > 0 ? ["--handed", inherited.join(",")] : [];
  return ["/usr/bin/python3", launcher, ...handed, ...wanted, "--"];
}

/** Returns the sockets of one interface. If no sockets were inherited, the TFTP server binds its own socket (decision 0012). */
function socketsOf({ dhcp, check_other_servers, tftp_port }: BootInterface, handedIn: boolean): string[] {
  const tftp = handedIn && tftp_port > 0 ? [`tftp?=${tftp_port}`] : [];
  if (dhcp === "off") return tftp;
  // In proxy mode, Muster listens on port 68 for the offers of the LAN's own DHCP server. If a DHCP client uses port
  // 68, proxy mode works without the socket.
  const probe = dhcp === "proxy" ? ["probe~=68"] : check_other_servers ? ["probe=68"] : [];
  return ["dhcp=67", "pxe4011=4011", ...probe, ...tftp];
}
