/**
 * Builds the QEMU command line of one lab machine, with the settings that make its firmware boot from the network. This
 * module does not start QEMU.
 */
import { join } from "node:path";

export interface QemuMachine {
  name: string;
  mac: string;
  firmware: FirmwareKind;
  /** The tap device in the network namespace in which QEMU runs. */
  tap: string;
  /**
   * The folder with the ROMs of the package ipxe-qemu from trixie. The ROMs in Debian bookworm date from 2019, and a
   * boot with them takes three times as long.
   */
  roms: string;
  serialLog: string;
  /** The file for the output of a second serial port. Without a path, the machine has only one serial port. */
  secondSerialLog?: string;
  /** The path of QEMU's control socket. */
  qmp: string;
  /** The path of a raw disk image. Without a path, the machine has no disk. */
  disk?: string;
  diskBus?: DiskBus;
  nic?: NicModel;
  /** The path of a writable copy of OVMF's variables. Without a variables file, a UEFI machine forgets its boot entries. */
  uefiVariables?: string;
  /** The program that requests the first file on UEFI: the firmware's own PXE, its HTTP boot, or an iPXE option ROM. */
  uefiBoot?: "pxe" | "http" | "ipxe-rom";
  memoryMb?: number;
  cpus?: number;
  /** The QEMU processor model, such as qemu32, which has no long mode. */
  cpu?: string;
  uuid?: string;
}

/** The firmware is BIOS, or UEFI for x86-64, 32-bit x86 or 64-bit ARM. */
export type FirmwareKind = "bios" | "uefi" | "uefi-ia32" | "uefi-arm64";

export type NicModel = "virtio" | "e1000" | "e1000e" | "rtl8139" | "pcnet" | "vmxnet3";
export type DiskBus = "virtio" | "ide" | "nvme" | "ahci" | "scsi";

/** The code file and the variables file of each UEFI firmware, and the QEMU machine type that the firmware was built for. */
export const uefi = {
  uefi: { code: "/usr/share/OVMF/OVMF_CODE_4M.fd", variables: "/usr/share/OVMF/OVMF_VARS_4M.fd", package: "ovmf" },
  "uefi-ia32": { code: "/usr/share/OVMF/OVMF32_CODE_4M.secboot.fd", variables: "/usr/share/OVMF/OVMF32_VARS_4M.fd", package: "ovmf-ia32" },
  "uefi-arm64": { code: "/usr/share/AAVMF/AAVMF_CODE.fd", variables: "/usr/share/AAVMF/AAVMF_VARS.fd", package: "qemu-efi-aarch64" },
} as const;

export const qemuFor = (firmware: FirmwareKind) => (firmware === "uefi-arm64" ? "qemu-system-aarch64" : "qemu-system-x86_64");

export function qemuArguments(machine: QemuMachine): string[] {
  const { name, mac, firmware, memoryMb = 1024, cpus = 2 } = machine;
  // The processor model has no cmpxchg16b, because a kernel has crashed under TCG with this instruction.
  const { cpu = firmware === "uefi-arm64" ? "cortex-a57" : "qemu64,-cx16" } = machine;
  return [
    ["-name", name],
    machineArguments(firmware),
    // Never use KVM. A guest kernel may crash under KVM even if /dev/kvm can be opened.
    ["-accel", "tcg,thread=multi", "-cpu", cpu],
    ["-m", String(memoryMb), "-smp", String(cpus)],
    ["-nodefaults", "-no-user-config", "-display", "none", "-monitor", "none"],
    serialArguments("serial0", machine.serialLog),
    machine.secondSerialLog === undefined ? [] : serialArguments("serial1", machine.secondSerialLog),
    ["-qmp", `unix:${machine.qmp},server=on,wait=off`],
    ["-smbios", `type=1,manufacturer=Muster,product=Lab machine,serial=${name}`],
    machine.uuid === undefined ? [] : ["-uuid", machine.uuid],
    // Each reboot starts a new QEMU process, because an old process is slow to overwrite memory pages that contained code.
    ["-action", "reboot=shutdown"],
    // Without a random number device, a guest that waits for entropy at boot waits long under emulation.
    ["-device", "virtio-rng-pci"],
    firmwareArguments(machine),
    ["-netdev", `tap,id=net0,ifname=${machine.tap},script=no,downscript=no`],
    ["-device", nicDevice(machine, mac)],
    machine.disk === undefined ? [] : diskArguments(machine.disk, machine.diskBus ?? "virtio"),
  ].flat();
}

/** The output is appended to the file, because each reboot starts a new QEMU process. */
const serialArguments = (id: string, file: string) => ["-chardev", `file,id=${id},path=${file},append=on`, "-serial", `chardev:${id}`];

function machineArguments(firmware: FirmwareKind): string[] {
  switch (firmware) {
    // SeaBIOS and iPXE print to the serial port only if the machine has no screen.
    case "bios":
    case "uefi":
      return ["-machine", "pc,graphics=off"];
    // Debian builds this firmware only with Secure Boot, and Secure Boot protects the variables by SMM.
    case "uefi-ia32":
      return ["-machine", "q35,smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on", "-global", "ICH9-LPC.disable_s3=1"];
    case "uefi-arm64":
      return ["-machine", "virt"];
  }
}

function firmwareArguments({ firmware, uefiVariables, uefiBoot = "pxe" }: QemuMachine): string[] {
  if (firmware === "bios") return [];
  const variables = uefiVariables === undefined ? [] : ["-drive", `if=pflash,unit=1,format=raw,file=${uefiVariables}`];
  // Turns off PXE, because the firmware would first try PXE for two minutes.
  const httpOnly = ["4", "6"].flatMap((version) => ["-fw_cfg", `name=opt/org.tianocore/IPv${version}PXESupport,string=n`]);
  return [
    "-drive",
    `if=pflash,unit=0,format=raw,readonly=on,file=${uefi[firmware].code}`,
    ...variables,
    ...(uefiBoot === "http" ? httpOnly : []),
  ];
}

const nicDrivers: Record<NicModel, string> = {
  // The ROM contains the PCI id of the modern virtio device.
  // SeaBIOS silently ignores this ROM on a transitional virtio device.
  virtio: "virtio-net-pci,disable-legacy=on",
  e1000: "e1000",
  e1000e: "e1000e",
  rtl8139: "rtl8139",
  pcnet: "pcnet",
  vmxnet3: "vmxnet3",
};

function nicDevice({ firmware, nic = "virtio", uefiBoot = "pxe", roms }: QemuMachine, mac: string): string {
  const rom = firmware === "bios" ? join(roms, `pxe-${nic}.rom`) : uefiBoot === "ipxe-rom" ? join(roms, `efi-${nic}.rom`) : "";
  return `${nicDrivers[nic]},netdev=net0,mac=${mac},romfile=${rom},bootindex=1`;
}

function diskArguments(file: string, bus: DiskBus): string[] {
  // Lab disks are deleted with their lab, so flushing a lab disk to the host's disk is useless.
  const drive = ["-drive", `if=none,id=disk0,format=raw,file=${file},cache=unsafe,discard=unmap,aio=threads`];
  switch (bus) {
    case "virtio":
      return [...drive, "-device", "virtio-blk-pci,drive=disk0,serial=lab-disk,bootindex=2"];
    case "ide":
      return [...drive, "-device", "ide-hd,drive=disk0,bus=ide.0,serial=lab-disk,bootindex=2"];
    case "nvme":
      return [...drive, "-device", "nvme,drive=disk0,serial=lab-disk,bootindex=2"];
    case "ahci":
      return [...drive, "-device", "ahci,id=ahci0", "-device", "ide-hd,drive=disk0,bus=ahci0.0,serial=lab-disk,bootindex=2"];
    case "scsi":
      return [...drive, "-device", "virtio-scsi-pci,id=scsi0", "-device", "scsi-hd,drive=disk0,bus=scsi0.0,serial=lab-disk,bootindex=2"];
  }
}
