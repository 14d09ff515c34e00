/**
 * Provides Debian packages to machines inside the lab. An nginx inside the lab forwards requests to an nginx outside,
 * which sends them to the host's Debian mirror.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DEFAULT_SUITE } from "../../daemon/contract/netboot/suite.ts";
import type { LabNetwork } from "./network.ts";

export interface Relay {
  /** The URL that machines in the lab use for packages. */
  url: string;
  close(): void;
}

const mirrorScript = join(import.meta.dirname, "../assets/debian-mirror");

/**
 * The two nginx processes are connected only by a UNIX socket, and no packet is routed. The folder `cache` may be
 * kept after the lab has stopped.
 */
export async function startRelay(network: LabNetwork, folder: string, cache: string): Promise<Relay> {
  const mirror = new URL(execFileSync(mirrorScript, { encoding: "utf8" }).trim());
  const socket = join(folder, "mirror.sock");
  mkdirSync(cache, { recursive: true });
  const outside = join(folder, "relay-outside.conf");
  const inside = join(folder, "relay-inside.conf");
  writeFileSync(outside, outsideConfig({ mirror, socket, cache, folder }));
  writeFileSync(inside, insideConfig({ listen: `${network.address}:80`, socket, folder }));
  const children = [
    spawn("nginx", ["-c", outside, "-e", join(folder, "relay.log")], { stdio: "ignore" }),
    network.spawn("nginx", ["-c", inside, "-e", join(folder, "relay.log")], { stdio: "ignore" }),
  ];
  await untilAnswering(network, children, folder);
  return {
    url: `http://${network.address}/debian`,
    close: () => {
      for (const child of children) child.kill("SIGTERM");
    },
  };
}

async function untilAnswering(network: LabNetwork, children: ChildProcess[], folder: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    if (children.some(({ exitCode }) => exitCode !== null)) throw new Error(`nginx did not start; see ${folder}/relay.log`);
    const probe = network.spawn("curl", [
      "-sfI",
      "-o",
      "/dev/null",
      "-m",
      "5",
      `http://${network.address}/debian/dists/${DEFAULT_SUITE}/Release`,
    ]);
    const code = await new Promise((resolve) => probe.once("close", resolve));
    if (code === 0) return;
    await sleep(200);
  }
  for (const child of children) child.kill("SIGTERM");
  throw new Error(`the Debian mirror did not answer through the relay; see ${folder}/relay.log`);
}

const common = (folder: string, name: string) => `daemon off;
worker_processes 1;
pid ${folder}/relay-${name}.pid;
error_log ${folder}/relay.log warn;
events { worker_connections 512; }`;
const temporary = (folder: string, name: string) =>
  ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `  ${kind}_temp_path ${folder}/relay-${name}-${kind};`).join("\n");

const outsideConfig = ({ mirror, socket, cache, folder }: { mirror: URL; socket: string; cache: string; folder: string }) => `
user root;
${common(folder, "outside")}
http {
  access_log off;
${temporary(folder, "outside")}
  proxy_cache_path ${cache} levels=1:2 keys_zone=debian:8m max_size=4g inactive=30d use_temp_path=off;
  server {
    listen unix:${socket};
    # Mirrors behind a content network refuse HTTP/1.0, nginx's default.
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    location /debian/ {
      proxy_pass ${mirror.origin}${mirror.pathname.replace(/\/$/, "")}/;
      proxy_set_header Host ${mirror.host};
      proxy_cache debian;
      proxy_cache_lock on;
      proxy_cache_valid 200 30d;
      # Lists change, packages never do.
      location /debian/dists/ {
        proxy_pass ${mirror.origin}${mirror.pathname.replace(/\/$/, "")}/dists/;
        proxy_set_header Host ${mirror.host};
        proxy_cache off;
      }
    }
  }
}
`;

const insideConfig = ({ listen, socket, folder }: { listen: string; socket: string; folder: string }) => `
user root;
${common(folder, "inside")}
http {
  access_log off;
${temporary(folder, "inside")}
  server {
    listen ${listen};
    location /debian/ { proxy_pass http://unix:${socket}; proxy_buffering off; }
  }
}
`;
