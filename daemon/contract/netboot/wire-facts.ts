/** Fields of boot events next to their summary, as `pxe` writes them. */
import * as z from "zod";
import { HeardOffer } from "./network.ts";

/** Of `dhcp.*`: one message and the answer. */
export const DhcpFacts = z.object({
  stage: z.enum(["bios-rom", "uefi-rom", "uefi-http", "ipxe", "operating-system"]),
  /** `none`: no answer was sent. */
  answer: z.string(),
  /** The message was sent to port 4011. */
  bootServer: z.literal(true).optional(),
  bootFile: z.string().optional(),
  /** Reason why no boot file was named. */
  withheld: z.string().optional(),
  /** The server that the machine chose (option 54). */
  server: z.string().optional(),
});
export type DhcpFacts = z.output<typeof DhcpFacts>;

/** Of `dhcp.other-offer`: an offer of another server. */
export const OtherOfferFacts = HeardOffer.extend({ server: z.string(), mac: z.string().optional() });
export type OtherOfferFacts = z.output<typeof OtherOfferFacts>;

/** Of `tftp.*` and `http.*`. */
export const FileFacts = z.object({
  file: z.string(),
  blockSize: z.int().optional(),
  /** True if TFTP options were negotiated. */
  options: z.boolean().optional(),
  bytes: z.int().optional(),
  /** True if the client sent any answer. */
  heard: z.boolean().optional(),
});
export type FileFacts = z.output<typeof FileFacts>;
