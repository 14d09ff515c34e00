/** Checks the memory of the control node, and the programs without which a process would end again and again. */
import { totalmem } from "node:os";
import type { Config } from "../../config/config.ts";
import { bootInterfaces } from "../../config/netboot.ts";
import { MusterError } from "../../errors/errors.ts";
import { placeOfProgram } from "../../executor/steps/needed-programs.ts";

const MIB = 1024 * 1024;
/** With less memory, the kernel would end one of the processes again and again. */
const LEAST_MIB = 400;

/** Returns the memory that Muster may use: that of the machine, or the limit of its control group. */
const usableMib = (): number => Math.floor(Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / MIB);

export function checkMemory(mib = usableMib()): string {
  if (mib < LEAST_MIB)
    throw new MusterError("MEMORY_LOW", `this machine has ${mib} MiB of memory for Muster, and Muster needs ${LEAST_MIB} MiB`);
  return `${mib} MiB`;
}

interface Program {
  name: string;
  package: string;
  purpose: string;
}

export const sshKeygen: Program = { name: "ssh-keygen", package: "openssh-client", purpose: "creates the executor's key" };
export const python: Program = { name: "python3", package: "python3", purpose: "binds the sockets of the boot network" };

export function checkPrograms({ netboot }: Pick<Config, "netboot">, find: (name: string) => string | undefined = placeOfProgram): string {
  const needed = [sshKeygen, ...(bootInterfaces(netboot).length > 0 ? [python] : [])];
  for (const program of needed)
    if (find(program.name) === undefined)
      throw new MusterError("LAUNCH_FAILED", `${program.name} is missing; it ${program.purpose}: apt-get install ${program.package}`);
  return needed.map(({ name }) => name).join(", ");
}
