/** The fields that events of a boot carry beside their sentence, as `pxe` writes them. */
import * as z from "zod";
import { HeardOffer } from "./network.ts";

/** Of `dhcp.*`: one message and what we answered. */
export const DhcpFacts = z.object({
  stage: z.enum(["bios-rom", "uefi-rom", "uefi-http", "ipxe", "operating-system"]),
  /** `none`: silence. */
  answer: z.string(),
  /** On port 4011. */
  bootServer: z.literal(true).optional(),
  bootFile: z.string().optional(),
  /** Why no boot file was named. */
  withheld: z.string().optional(),
  /** The server the machine spoke to (option 54). */
  server: z.string().optional(),
});
export type DhcpFacts = z.output<typeof DhcpFacts>;

/** Of `dhcp.other-offer`: what another server offered the machine. */
export const OtherOfferFacts = HeardOffer.extend({ server: z.string(), mac: z.string().optional() });
export type OtherOfferFacts = z.output<typeof OtherOfferFacts>;

/** Of `tftp.*` and `http.*`. */
export const FileFacts = z.object({
  file: z.string(),
  blockSize: z.int().optional(),
  /** Whether TFTP options were agreed on. */
  options: z.boolean().optional(),
  bytes: z.int().optional(),
  /** Whether it answered anything at all. */
  heard: z.boolean().optional(),
});
export type FileFacts = z.output<typeof FileFacts>;
