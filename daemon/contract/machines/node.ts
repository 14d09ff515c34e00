/** A machine of the fleet, as everyone outside sees it. */
import * as z from "zod";
import { Instant, MacText, NodeName } from "../names.ts";

/** How a machine gets its system: the Debian installer, or our initrd unpacking a prebuilt root. */
export const Profile = z.enum(["preseed", "image"]);
export type Profile = z.output<typeof Profile>;

/** A whole disk, by its kernel name or a stable link: it reaches the installer, so nothing else is let through. */
export const DiskPath = z
  .string()
  .regex(/^\/dev\/(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._:+/-]{0,150}$/, "is not a disk such as /dev/sda or /dev/disk/by-id/...");

/** What an installer reports, in the order it happens. `failed` may come at any time. */
export const InstallStage = z.enum(["start", "partition", "base", "late", "done", "failed"]);
export type InstallStage = z.output<typeof InstallStage>;

/** Which disks a wipe erases: the one an installation would take, or all that are fixed. */
export const WipedDisks = z.enum(["chosen", "all"]);
export type WipedDisks = z.output<typeof WipedDisks>;

/** Phases in which nothing is under way: where a rescue, or a wipe that was taken back, returns to. */
const restingStates = [
  z.object({ phase: z.literal("accepted") }),
  z.object({ phase: z.literal("ready"), since: Instant }),
  z.object({ phase: z.literal("install-failed"), reason: z.string(), at: Instant }),
  z.object({ phase: z.literal("configure-failed"), reason: z.string(), at: Instant, jobId: z.string().optional() }),
] as const;
export const Resting = z.discriminatedUnion("phase", restingStates);
export type Resting = z.output<typeof Resting>;

/** One phase at a time; each phase carries only the facts that are true in it. */
export const NodeState = z.discriminatedUnion("phase", [
  z.object({ phase: z.literal("discovered") }),
  ...restingStates,
  /** The next network boot before `until` gets the installer, once. */
  z.object({
    phase: z.literal("armed"),
    profile: Profile,
    until: Instant,
    /** Set when it was ready before: disarming returns there. */ readySince: Instant.optional(),
  }),
  z.object({
    phase: z.literal("installing"),
    profile: Profile,
    startedAt: Instant,
    deadline: Instant,
    /** How many times this arming handed out the installer: 1 or 2. */
    attempts: z.int(),
    /** SHA-256 of the key that only this handing-out of the installer carries. */
    keyHash: z.string(),
    /** The last stage reported; absent while the kernel is still loading. */
    stage: InstallStage.optional(),
  }),
  z.object({ phase: z.literal("called-home"), at: Instant, deadline: Instant }),
  z.object({ phase: z.literal("configuring"), jobId: z.string(), startedAt: Instant }),
  /** Every network boot gets the rescue system, which leaves the disks alone. */
  z.object({
    phase: z.literal("rescue"),
    since: Instant,
    before: Resting.optional(),
    /** SHA-256 of the key that its last boot carries. */
    keyHash: z.string().optional(),
    /** Where its sshd is, and the host key it showed, once it runs. */
    reach: z.object({ address: z.string(), hostKey: z.string() }).optional(),
  }),
  /** The next network boot before `deadline` gets the wiper, once; with `startedAt` it has been given it, and must be done by then. */
  z.object({
    phase: z.literal("wiping"),
    disks: WipedDisks,
    quick: z.boolean(),
    deadline: Instant,
    before: Resting.optional(),
    startedAt: Instant.optional(),
    keyHash: z.string().optional(),
    stage: InstallStage.optional(),
  }),
  z.object({ phase: z.literal("quarantined"), reason: z.string(), at: Instant }),
  z.object({ phase: z.literal("retired"), at: Instant }),
]);
export type NodeState = z.output<typeof NodeState>;
export type Phase = NodeState["phase"];

/** What an x86 processor can run at most. */
export const CpuArch = z.enum(["x86-64", "i686"]);
export type CpuArch = z.output<typeof CpuArch>;

/** Hardware as far as anyone reported it. Untrusted text, shown and never executed. */
export const Facts = z
  .object({
    manufacturer: z.string().max(200),
    product: z.string().max(200),
    serial: z.string().max(200),
    asset: z.string().max(200),
    uuid: z.string().max(64),
    firmware: z.enum(["bios", "uefi"]),
    firmwareBits: z.union([z.literal(32), z.literal(64)]),
    arch: z.string().max(40),
    cpu: z.string().max(200),
    cpuArch: CpuArch,
    cpus: z.int().min(0).max(100_000),
    memoryMb: z.int().min(0).max(1_000_000_000),
    kernel: z.string().max(200),
    os: z.string().max(200),
    disks: z
      .array(
        z.object({
          name: z.string().max(100),
          sizeGb: z.number().min(0),
          rotational: z.boolean().optional(),
          model: z.string().max(200).optional(),
          serial: z.string().max(200).optional(),
        }),
      )
      .max(256),
    nics: z.array(z.object({ name: z.string().max(100), mac: MacText, driver: z.string().max(100).optional() })).max(64),
  })
  .partial();
export type Facts = z.output<typeof Facts>;

export const Node = z.object({
  id: z.string(),
  name: NodeName,
  /** The first is the one it was discovered by. */
  macs: z.array(MacText).min(1),
  state: NodeState,
  address: z.string().optional(),
  facts: Facts,
  /** Disk to install to, instead of the rule "first that is not removable". */
  disk: DiskPath.optional(),
  /** Other machines that came under its name or MAC address and are kept out: see the quarantine. */
  claims: z.array(z.object({ id: z.string(), reason: z.string(), at: Instant })).optional(),
  createdAt: Instant,
  updatedAt: Instant,
  lastEvent: z.object({ seq: z.int(), at: Instant, type: z.string(), summary: z.string() }).optional(),
});
export type Node = z.output<typeof Node>;
