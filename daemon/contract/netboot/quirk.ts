/** Workarounds for machines whose firmware does not support a standard part of the boot. */
import * as z from "zod";
import { MacText } from "../names.ts";

/** Ways in which iPXE boots the disk: from BIOS drive 0x80, or by an exit status that the firmware interprets. */
export const LocalBoot = z.enum(["sanboot", "exit-0", "exit-1"]);
export type LocalBoot = z.output<typeof LocalBoot>;

/** Network driver of iPXE: the firmware's driver (snponly.efi, undionly.kpxe) or iPXE's own driver (ipxe.efi, ipxe.pxe). */
export const Loader = z.enum(["snponly", "ipxe"]);
export type Loader = z.output<typeof Loader>;

/** If a field is absent, the default behaviour applies. */
export const Quirks = z
  .strictObject({
    /** Maximum size of a TFTP block in bytes. */
    blockSize: z.int().min(8).max(1468),
    /** If false, Muster answers without TFTP options (RFC 2347), even if the client sends options. */
    tftpOptions: z.boolean(),
    /** The number of the TFTP block that follows block 65535. */
    rollover: z.union([z.literal(0), z.literal(1)]),
    loader: Loader,
    /**
     * Ways to boot the disk, in the order in which Muster tries them. Muster tries the next way to boot the disk if the
     * machine immediately boots from the network again.
     */
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

/** All given patterns must match. `*` matches anything. Case is ignored. */
export const QuirkMatch = z
  .strictObject({
    make: Pattern,
    model: Pattern,
    /** Option 60. */
    vendorClass: Pattern,
    /** The machine's UUID (option 97), in the format of dmidecode. */
    uuid: Pattern,
    /** The first three bytes of the MAC address. */
    oui: z.string().regex(/^([0-9a-f]{2}:){2}[0-9a-f]{2}$/, "is not the beginning of a MAC address such as 00:1a:4b"),
    firmware: z.enum(["bios", "uefi"]),
  })
  .partial()
  .refine((match) => Object.keys(match).length > 0, "names nothing to match by");
export type QuirkMatch = z.output<typeof QuirkMatch>;

/** One line of the file with firmware workarounds (quirks). */
export const QuirkLine = z.strictObject({
  when: QuirkMatch,
  set: Quirks.refine((quirks) => Object.keys(quirks).length > 0, "changes nothing"),
  /** The evidence for the quirk: a measurement or a link. */
  because: z.string().min(1).max(400),
});
export type QuirkLine = z.output<typeof QuirkLine>;

/** A firmware workaround (quirk) that applies to one machine, and the source of the quirk. */
export const AppliedQuirk = z.object({
  name: z.enum(["blockSize", "tftpOptions", "rollover", "loader", "localBoot"]),
  value: z.union([z.number(), z.boolean(), z.string(), z.array(z.string())]),
  /** The source of the quirk, the strongest first: chosen by an operator, learned by Muster, or read from the file. */
  source: z.enum(["chosen", "learned", "file"]),
  because: z.string(),
});
export type AppliedQuirk = z.output<typeof AppliedQuirk>;

export const MachineQuirks = z.object({
  mac: MacText,
  /** Name of the node. Absent if Muster no longer lists the machine as a node. */
  node: z.string().optional(),
  make: z.string().optional(),
  model: z.string().optional(),
  firmware: z.enum(["bios", "uefi"]).optional(),
  quirks: z.array(AppliedQuirk),
});
export type MachineQuirks = z.output<typeof MachineQuirks>;
