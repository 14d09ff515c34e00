/** A BMC: ipmi_sim of Debian's openipmi, with a chassis whose power state is a file. */
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export const noIpmi: string | false =
  existsSync("/usr/bin/ipmi_sim") && existsSync("/usr/bin/ipmitool") ? false : "needs openipmi and ipmitool";

export interface IpmiSim {
  port: number;
  power(): string;
  stop(): Promise<void>;
}

export const IPMI_USER = "operator";
export const IPMI_PASSWORD = "Correct-Horse-16";

export async function startIpmiSim(): Promise<IpmiSim> {
  const folder = mkdtempSync(join(tmpdir(), "muster-bmc-"));
  const port = await freeUdpPort();
  const [power, chassis] = [join(folder, "power"), join(folder, "chassis")];
  writeFileSync(power, "0");
  // ipmi_sim calls it as `get power` and `set power 0|1`. A power cycle makes both `set` calls.
  writeFileSync(
    chassis,
    `#!/bin/sh\ncase "$1 $2" in "get power") echo "power:$(cat ${power})" ;; "set power") echo "$3" >${power} ;; esac\n`,
    {
      mode: 0o700,
    },
  );
  const auths = ["callback", "user", "operator", "admin"].map((level) => `    allowed_auths_${level} md5 straight`);
  const lan = [
    'name "bmc"',
    "set_working_mc 0x20",
    "  startlan 1",
    `    addr 127.0.0.1 ${port}`,
    "    priv_limit admin",
    ...auths,
    "    guid a123456789abcdefa123456789abcdef",
    "  endlan",
    `  chassis_control "${chassis}"`,
    `  user 2 true "${IPMI_USER}" "${IPMI_PASSWORD}" operator 10 md5 straight`,
  ];
  writeFileSync(join(folder, "lan.conf"), `${lan.join("\n")}\n`);
  writeFileSync(
    join(folder, "sim.emu"),
    "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\nmc_enable 0x20\n",
  );
  mkdirSync(join(folder, "state"));
  const args = ["-n", "-c", join(folder, "lan.conf"), "-f", join(folder, "sim.emu"), "-s", join(folder, "state")];
  const child = spawn("ipmi_sim", args, { stdio: "ignore" });
  await listening(child, port);
  return {
    port,
    power: () => readFileSync(power, "utf8").trim(),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  const wanted = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  while (!readFileSync("/proc/net/udp", "utf8").includes(wanted)) {
    if (child.exitCode !== null) throw new Error(`ipmi_sim ended with ${child.exitCode}`);
    await sleep(20);
  }
}
