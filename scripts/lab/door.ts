/** Forwards a port of 127.0.0.1 to a port inside the lab. The forwarded port is the only way from this host into the lab. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LabNetwork } from "./network.ts";

export interface Door {
  url: string;
  close(): void;
}

export async function openDoor(network: LabNetwork, folder: string, port: number, preferred: number): Promise<Door> {
  const path = join(folder, `door-${port}.sock`);
  const inner = network.spawn("socat", [`UNIX-LISTEN:${path},fork`, `TCP:127.0.0.1:${port}`], { stdio: "ignore" });
  for (let tries = 0; !existsSync(path); tries++) {
    if (tries > 100) throw new Error("socat did not create its socket");
    await sleep(50);
  }
  const server = createServer((outer) => {
    const inside = connect(path);
    outer.pipe(inside).pipe(outer);
    // An error here is normal, for example when a browser tab is closed.
    outer.on("error", () => inside.destroy());
    inside.on("error", () => outer.destroy());
  });
  server.listen(preferred, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      inner.kill("SIGTERM");
    },
  };
}
