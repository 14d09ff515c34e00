/** Reads the client's boot stage, architecture and identity from a DHCP packet. Pure. */
import type { MachineSeen } from "../../boot-source.ts";
import { EtherbootOption, MessageType, Option } from "../message/option.ts";
import { type DhcpPacket, messageType, textOption } from "../message/packet.ts";
import { suboptions } from "../message/suboptions.ts";
import { type BootStage, isKnownArchitecture } from "./firmware.ts";

/** The number for x86 BIOS in IANA's registry "processor architecture types". */
const BIOS = 0;
const RASPBERRY_PI = 41;

/**
 * The prefixes of MAC addresses that belong to Raspberry Pis. Most boot ROMs of Raspberry Pis report the BIOS
 * architecture. They would fetch a boot file that a Raspberry Pi cannot run.
 */
const raspberryPi = ["b8:27:eb", "dc:a6:32", "e4:5f:01", "28:cd:c1", "d8:3a:dd", "2c:cf:67", "88:a2:9e", "3a:35:41"];
/** Since 2020, option 97 of a Raspberry Pi begins with a type byte and the name of the model, such as `RPi4`. */
const PI_IDENTIFIER = Buffer.from("\0RPi", "latin1");

export function bootStage(packet: DhcpPacket): BootStage {
  const vendorClass = textOption(packet, Option.vendorClass);
  if (isOurKindOfIpxe(packet)) return "ipxe";
  if (vendorClass.startsWith("HTTPClient")) return "uefi-http";
  if (!vendorClass.startsWith("PXEClient") && !isEtherboot(packet)) return "operating-system";
  return (architecture(packet) ?? BIOS) === BIOS ? "bios-rom" : "uefi-rom";
}

/** Muster keeps a timeline only for machines that boot over the network. Other DHCP traffic of the LAN is not recorded. */
export function isBooting(packet: DhcpPacket): boolean {
  const type = messageType(packet);
  return (type === MessageType.discover || type === MessageType.request) && asksForBootFile(packet);
}

/** Old firmware sends no option 93, so only its vendor class shows that the machine boots over the network. */
const asksForBootFile = (packet: DhcpPacket): boolean =>
  packet.options.has(Option.clientArchitecture) || (packet.options.has(Option.vendorClass) && bootStage(packet) !== "operating-system");

/** iPXE and its predecessor gPXE. The builds of some vendors send only option 175. */
const isEtherboot = (packet: DhcpPacket): boolean => ["iPXE", "gPXE"].includes(userClass(packet)) || packet.options.has(Option.etherboot);

/** RFC 3004 requires a length byte before the user class, but iPXE sends no length byte. */
const userClass = (packet: DhcpPacket): string => {
  const text = textOption(packet, Option.userClass);
  return text.charCodeAt(0) === text.length - 1 ? text.slice(1) : text;
};

/**
 * Returns true for an iPXE that can run a boot script: it fetches files over HTTP and starts Linux kernels. Network cards
 * may contain a smaller iPXE. A smaller iPXE gets a loader like other firmware. Without a list of features, the name and the
 * presence of option 175 count.
 */
function isOurKindOfIpxe(packet: DhcpPacket): boolean {
  const etherboot = packet.options.get(Option.etherboot);
  const codes = new Set([...suboptions(etherboot ?? Buffer.alloc(0))].map(([code]) => code));
  if (![...codes].some(isFeature)) return userClass(packet) === "iPXE" || (etherboot !== undefined && userClass(packet) !== "gPXE");
  return codes.has(EtherbootOption.http) && (codes.has(EtherbootOption.bzImage) || codes.has(EtherbootOption.efi));
}

/** Returns the first known value of option 93, or else the architecture in option 60 (`PXEClient:Arch:00007:…`). */
export function architecture(packet: DhcpPacket): number | undefined {
  const said = saidArchitecture(packet);
  return (said ?? BIOS) === BIOS && !isEtherboot(packet) && isRaspberryPi(packet) ? RASPBERRY_PI : said;
}

/** iPXE reserves these codes for features. Other codes are settings and the identity of the network card. */
const isFeature = (code: number) => code >= 0x10 && code <= 0x4f;

function isRaspberryPi({ mac, options }: DhcpPacket): boolean {
  const identifier = Buffer.from(options.get(Option.clientMachineIdentifier) ?? []);
  return raspberryPi.includes(mac.slice(0, 8)) || identifier.subarray(0, PI_IDENTIFIER.length).equals(PI_IDENTIFIER);
}

function saidArchitecture(packet: DhcpPacket): number | undefined {
  const list = packet.options.get(Option.clientArchitecture);
  if (list && list.length >= 2) {
    const all = Array.from({ length: list.length >> 1 }, (_, index) => (list[index * 2] ?? 0) * 256 + (list[index * 2 + 1] ?? 0));
    return all.find(isKnownArchitecture) ?? all[0];
  }
  const spelled = /^(?:PXE|HTTP)Client:Arch:(\d{5})/.exec(textOption(packet, Option.vendorClass));
  return spelled ? Number(spelled[1]) : undefined;
}

/**
 * Option 97 contains a GUID, and the first three fields of the GUID are little-endian. Returns the UUID in the format
 * of `dmidecode`.
 */
export function machineUuid(packet: DhcpPacket): string | undefined {
  const value = packet.options.get(Option.clientMachineIdentifier);
  if (value?.length !== 17 || value[0] !== 0) return undefined;
  const hex = Buffer.from(value.subarray(1)).toString("hex");
  const pairs = (...places: number[]) => places.map((at) => hex.slice(at, at + 2)).join("");
  return `${pairs(6, 4, 2, 0)}-${pairs(10, 8)}-${pairs(14, 12)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function machineSeen(packet: DhcpPacket): MachineSeen {
  const stage = bootStage(packet);
  const arch = stage === "operating-system" ? undefined : (architecture(packet) ?? BIOS);
  const uuid = machineUuid(packet);
  const vendorClass = printable(textOption(packet, Option.vendorClass));
  const hostname = printable(textOption(packet, Option.hostName));
  return {
    mac: packet.mac,
    ...(arch !== undefined && { arch }),
    ...(uuid !== undefined && { uuid }),
    ...(vendorClass !== "" && { vendorClass }),
    ...(hostname !== "" && { hostname }),
  };
}

const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 100);
