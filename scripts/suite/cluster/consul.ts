/** Fetches Consul from Debian bullseye, the last suite that has it. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { clusterCache, proofOf } from "./parts.ts";
import { checkHash, download } from "./refused-download.ts";

const suiteApt = join(import.meta.dirname, "../../suite-apt");
const VERSION = "1.8.7+dfsg1-2+b3";
const SHA256 = "e4e888bba104daba1d9161f49bfc52649a7e4efd45b1a7ead5bc54f2cb9c89d9";

export async function fetchConsul(say: (line: string) => void): Promise<void> {
  say(`fetching Consul ${VERSION} of Debian bullseye`);
  const folder = join(clusterCache, "consul-package");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await download(suiteApt, [clusterCache, "bullseye", "apt-get", "update"]);
  await download(suiteApt, [clusterCache, "bullseye", "apt-get", "download", `consul=${VERSION}`], { cwd: folder });
  const file = join(folder, `consul_${VERSION}_amd64.deb`);
  await checkHash(file, SHA256);
  execFileSync("dpkg-deb", ["-x", file, folder]);
  mkdirSync(dirname(proofOf("consul")), { recursive: true });
  copyFileSync(join(folder, "usr/bin/consul"), proofOf("consul"));
  rmSync(folder, { recursive: true });
}
