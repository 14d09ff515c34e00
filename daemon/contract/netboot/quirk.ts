/** What single makes and models of machines cannot bear when they boot, and what to do instead. */
import * as z from "zod";
import { MacText } from "../names.ts";

/** How iPXE hands over to the disk: BIOS drive 0x80, or an exit status the firmware makes its own of. */
export const LocalBoot = z.enum(["sanboot", "exit-0", "exit-1"]);
export type LocalBoot = z.output<typeof LocalBoot>;

/** Whose network driver iPXE uses: the firmware's (snponly.efi, undionly.kpxe) or its own (ipxe.efi, ipxe.pxe). */
export const Loader = z.enum(["snponly", "ipxe"]);
export type Loader = z.output<typeof Loader>;

/** Everything is left out that is as usual. */
export const Quirks = z
  .strictObject({
    /** Bytes of a TFTP block at most. */
    blockSize: z.int().min(8).max(1468),
    /** False: TFTP as if options had never been invented. */
    tftpOptions: z.boolean(),
    /** The TFTP block that follows 65535. */
    rollover: z.union([z.literal(0), z.literal(1)]),
    loader: Loader,
    /** The way into its own disk that comes first, and what is tried when the machine comes straight back. */
    localBoot: z
      .array(LocalBoot)
      .min(1)
      .max(3)
      .refine((ladder) => new Set(ladder).size === ladder.length, "names a way twice"),
  })
  .partial();
export type Quirks = z.output<typeof Quirks>;
export type QuirkName = keyof Quirks;

const Pattern = z.string().min(1).max(100);

/** All that is named must fit. A star stands for anything; case does not matter. */
export const QuirkMatch = z
  .strictObject({
    make: Pattern,
    model: Pattern,
    /** Option 60. */
    vendorClass: Pattern,
    /** Option 97, as dmidecode prints it. */
    uuid: Pattern,
    /** The first three bytes of the MAC address. */
    oui: z.string().regex(/^([0-9a-f]{2}:){2}[0-9a-f]{2}$/, "is not the beginning of a MAC address such as 00:1a:4b"),
    firmware: z.enum(["bios", "uefi"]),
  })
  .partial()
  .refine((match) => Object.keys(match).length > 0, "names nothing to match by");
export type QuirkMatch = z.output<typeof QuirkMatch>;

/** One line of the quirk file. */
export const QuirkLine = z.strictObject({
  when: QuirkMatch,
  set: Quirks.refine((quirks) => Object.keys(quirks).length > 0, "changes nothing"),
  /** How that is known: a measurement, or an address to read on. */
  because: z.string().min(1).max(400),
});
export type QuirkLine = z.output<typeof QuirkLine>;

/** What is done otherwise for one machine, and on whose word. */
export const AppliedQuirk = z.object({
  name: z.enum(["blockSize", "tftpOptions", "rollover", "loader", "localBoot"]),
  value: z.union([z.number(), z.boolean(), z.string(), z.array(z.string())]),
  /** The operator's word comes before what was learned, that before the file. */
  source: z.enum(["chosen", "learned", "file"]),
  because: z.string(),
});
export type AppliedQuirk = z.output<typeof AppliedQuirk>;

export const MachineQuirks = z.object({
  mac: MacText,
  /** Absent when it is no node any more. */
  node: z.string().optional(),
  make: z.string().optional(),
  model: z.string().optional(),
  firmware: z.enum(["bios", "uefi"]).optional(),
  quirks: z.array(AppliedQuirk),
});
export type MachineQuirks = z.output<typeof MachineQuirks>;
