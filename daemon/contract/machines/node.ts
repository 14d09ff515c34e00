/** A machine with its phase, addresses and facts. */
import * as z from "zod";
import { Instant, MacText, NodeName } from "../names.ts";

/** The installation method: the Debian installer, or an initrd that unpacks a prebuilt root. */
export const Profile = z.enum(["preseed", "image"]);
export type Profile = z.output<typeof Profile>;

/** The path of a whole disk, as a kernel name or a stable link. The format is strict, because the installer receives the path. */
export const DiskPath = z
  .string()
  .regex(/^\/dev\/(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._:+/-]{0,150}$/, "is not a disk such as /dev/sda or /dev/disk/by-id/...");

/** Stages that an installer reports, in order. An installer may report `failed` at any time. */
export const InstallStage = z.enum(["start", "partition", "base", "late", "done", "failed"]);
export type InstallStage = z.output<typeof InstallStage>;

/** Disks that a wipe erases: the installation disk, or all fixed disks. */
export const WipedDisks = z.enum(["chosen", "all"]);
export type WipedDisks = z.output<typeof WipedDisks>;

/** Phases in which no work is in progress. A node returns to one of these phases after a rescue or a cancelled wipe. */
const restingStates = [
  z.object({ phase: z.literal("accepted") }),
  z.object({ phase: z.literal("ready"), since: Instant }),
  z.object({ phase: z.literal("install-failed"), reason: z.string(), at: Instant }),
  z.object({ phase: z.literal("configure-failed"), reason: z.string(), at: Instant, jobId: z.string().optional() }),
] as const;
export const Resting = z.discriminatedUnion("phase", restingStates);
export type Resting = z.output<typeof Resting>;

/** A node has one phase at a time. Each phase contains only the facts that apply in that phase. */
export const NodeState = z.discriminatedUnion("phase", [
  z.object({ phase: z.literal("discovered") }),
  ...restingStates,
  /** Muster serves the installer once, at the next network boot before `until`. */
  z.object({
    phase: z.literal("armed"),
    profile: Profile,
    until: Instant,
    /**
     * The time at which the node had become ready, before it was armed for a new installation. When the installation is
     * cancelled (the node is disarmed), this time applies again.
     */ readySince: Instant.optional(),
  }),
  z.object({
    phase: z.literal("installing"),
    profile: Profile,
    startedAt: Instant,
    deadline: Instant,
    /** Number of times that Muster has served the installer since the node was armed for installation: 1 or 2. */
    attempts: z.int(),
    /** SHA-256 of the key of this installation. */
    keyHash: z.string(),
    /** The last reported stage. The stage is absent while the machine loads the kernel of the installer. */
    stage: InstallStage.optional(),
  }),
  z.object({ phase: z.literal("called-home"), at: Instant, deadline: Instant }),
  z.object({ phase: z.literal("configuring"), jobId: z.string(), startedAt: Instant }),
  /** In this phase, every network boot starts the rescue system, which does not change the disks. */
  z.object({
    phase: z.literal("rescue"),
    since: Instant,
    before: Resting.optional(),
    /** SHA-256 of the key of the last rescue boot. */
    keyHash: z.string().optional(),
    /** Address and host key of the node's SSH server. Absent until the SSH server runs. */
    reach: z.object({ address: z.string(), hostKey: z.string() }).optional(),
  }),
  /**
   * Muster serves the wiper once, at the next network boot before `deadline`. If `startedAt` is set, the wiper is
   * running and must finish by `deadline`.
   */
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

/** The best instruction set of an x86 processor. */
export const CpuArch = z.enum(["x86-64", "i686"]);
export type CpuArch = z.output<typeof CpuArch>;

/** Reported hardware. The text is untrusted: people see it, but no program executes it. */
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
  /** The first MAC address is the one with which Muster discovered the node. */
  macs: z.array(MacText).min(1),
  state: NodeState,
  address: z.string().optional(),
  facts: Facts,
  /** Installation disk. If no disk is set, the installer uses the first disk that is not removable. */
  disk: DiskPath.optional(),
  /** Quarantined machines that used this node's name or MAC address. */
  claims: z.array(z.object({ id: z.string(), reason: z.string(), at: Instant })).optional(),
  createdAt: Instant,
  updatedAt: Instant,
  lastEvent: z.object({ seq: z.int(), at: Instant, type: z.string(), summary: z.string() }).optional(),
});
export type Node = z.output<typeof Node>;
