/** Fields that the boot server `pxe` adds to boot events in addition to the summary. */
import * as z from "zod";
import { HeardOffer } from "./network.ts";

/** Fields of `dhcp.*` events: one DHCP message and Muster's answer. */
export const DhcpFacts = z.object({
  stage: z.enum(["bios-rom", "uefi-rom", "uefi-http", "ipxe", "operating-system"]),
  /** The value `none` means that Muster sent no answer. */
  answer: z.string(),
  /** Set if the message was sent to port 4011. */
  bootServer: z.literal(true).optional(),
  bootFile: z.string().optional(),
  /** The reason why the answer names no boot file. */
  withheld: z.string().optional(),
  /** The server that the machine chose (option 54). */
  server: z.string().optional(),
});
export type DhcpFacts = z.output<typeof DhcpFacts>;

/** Fields of `dhcp.other-offer` events: an offer of another DHCP server. */
export const OtherOfferFacts = HeardOffer.extend({ server: z.string(), mac: z.string().optional() });
export type OtherOfferFacts = z.output<typeof OtherOfferFacts>;

/** Fields of `tftp.*` and `http.*` events. */
export const FileFacts = z.object({
  file: z.string(),
  blockSize: z.int().optional(),
  /** True if the client and the server agreed on TFTP options. */
  options: z.boolean().optional(),
  bytes: z.int().optional(),
  /** True if the client answered at least once. */
  heard: z.boolean().optional(),
});
export type FileFacts = z.output<typeof FileFacts>;
