/** If the mirror lacks an installer component, this list names the Debian package or kernel modules to build it from. */

export interface StandIn {
  /** The names of the component's kernel modules. The dependencies of each module are added too. */
  modules?: readonly string[];
  /** The Debian packages whose programs and libraries replace the component. */
  packages?: readonly string[];
}

/**
 * The replacement of each component, by the component's name without its kernel version. The list contains only
 * drivers for lab machines, because the overlay is never used to install real hardware.
 */
const standIns: Record<string, StandIn> = {
  "ata-modules": { modules: ["libata"] },
  "pata-modules": { modules: ["ata_piix", "ata_generic"] },
  "sata-modules": { modules: ["ahci", "ata_piix"] },
  "scsi-modules": { modules: ["virtio_blk", "virtio_scsi", "nvme", "sg"] },
  "cdrom-core-modules": { modules: ["cdrom", "sr_mod"] },
  "isofs-modules": { modules: ["isofs"] },
  "loop-modules": { modules: ["loop"] },
  "ext4-modules": { modules: ["ext4"] },
  "btrfs-modules": { modules: ["btrfs"] },
  "jfs-modules": { modules: ["jfs"] },
  "xfs-modules": { modules: ["xfs"] },
  // Without these modules, the partitioner stops with the message that software RAID is not available.
  "md-modules": { modules: ["md-mod", "raid0", "raid1", "raid10", "raid456", "dm-mod", "dm-mirror", "dm-snapshot"] },
  "firewire-core-modules": {},
  "pcmcia-storage-modules": {},
  "e2fsprogs-udeb": { packages: ["e2fsprogs", "libext2fs2t64", "libcom-err2", "libss2"] },
  "libmount1-udeb": { packages: ["libmount1"] },
  // Lab machines never use NTFS or XFS, so these two components need no files.
  "ntfs-3g-udeb": {},
  "xfsprogs-udeb": {},
};

export function standInFor(name: string): StandIn | undefined {
  return standIns[name.replace(/-\d[^-]*-amd64-di$/, "")];
}
