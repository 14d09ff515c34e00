/** Captures packets of a lab network with tshark. A capture ends only after it has received a packet that was sent last. */
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import type { LabNetwork } from "../../../scripts/lab/network.ts";
import { until } from "../until.ts";

/** No server of the lab uses this port. */
const MARK_PORT = 40_404;
const MARK = "last packet of the capture";
const SEND_MARK = `
import socket, sys
device, text, port = sys.argv[1:]
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    s.sendto(text.encode(), ("255.255.255.255", int(port)))
`;

/** Starts to capture on a device of the lab's own namespace. The returned function ends the capture and reads it. */
export async function startCapture(
  network: LabNetwork,
  device: string,
  file: string,
  filter: string,
): Promise<(...fields: string[]) => Promise<string[][]>> {
  const capture = network.spawn("tshark", ["-q", "-i", device, "-w", file, `(${filter}) or udp port ${MARK_PORT}`], { stdio: "ignore" });
  // dumpcap creates the file after it has opened the device.
  await until("the capture runs", () => existsSync(file));
  return async (...fields) => {
    await until(
      "the last packet is in the file",
      async () => {
        await network.run("python3", ["-c", SEND_MARK, device, MARK, String(MARK_PORT)]);
        return readFileSync(file).includes(MARK);
      },
      100,
    );
    const ended = once(capture, "exit");
    capture.kill("SIGINT");
    await ended;
    const wanted = fields.flatMap((field) => ["-e", field]);
    const text = await network.run("tshark", ["-r", file, "-Y", `!(udp.port == ${MARK_PORT})`, "-T", "fields", ...wanted]);
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split("\t"));
  };
}
