/**
 * Fetches llama.cpp from Debian sid with everything that it needs, the C library included, into a folder of its own.
 * patchelf makes the programs use the libraries of that folder, because those of this system are older.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, globSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { clusterCache, proofOf } from "./parts.ts";
import { download } from "./refused-download.ts";

const suiteApt = join(import.meta.dirname, "../../suite-apt");
const packages = ["llama.cpp-tools", "llama.cpp-tools-extra", "libggml0-backend-rpc", "libggml0"];
const LIBRARIES = "root/usr/lib/x86_64-linux-gnu";
const programs = [
  "root/usr/bin/llama-server",
  "root/usr/bin/llama-bench",
  "root/usr/bin/llama-quantize",
  "root/usr/libexec/x86_64-linux-gnu/llama/bin/ggml-rpc-server",
];

export async function fetchLlamaCpp(say: (line: string) => void): Promise<void> {
  say("fetching llama.cpp of Debian sid");
  const archives = join(clusterCache, "apt/sid/archives");
  rmSync(archives, { recursive: true, force: true });
  await download(suiteApt, [clusterCache, "sid", "apt-get", "update"]);
  // `suite-apt` uses an empty list of installed packages, so apt fetches the whole closure.
  await download(suiteApt, [clusterCache, "sid", "apt-get", "--no-install-recommends", "--download-only", "-y", "install", ...packages]);

  const final = dirname(dirname(proofOf("llama.cpp")));
  rmSync(final, { recursive: true, force: true });
  mkdirSync(final, { recursive: true });
  for (const file of globSync("*.deb", { cwd: archives })) execFileSync("dpkg-deb", ["-x", join(archives, file), join(final, "root")]);
  rmSync(archives, { recursive: true });
  patch(final);
}

/** llama-server comes last, because its presence proves that all is complete. */
function patch(folder: string): void {
  const libraries = join(folder, LIBRARIES);
  const searched = ["--force-rpath", "--set-rpath", `${libraries}:${libraries}/llama`];
  const own = ["libllama*.so*", "libggml*.so*", "llama/*.so*", "ggml/backends0/*.so"].flatMap((pattern) =>
    globSync(pattern, { cwd: libraries, withFileTypes: true }),
  );
  for (const file of own) if (file.isFile()) execFileSync("patchelf", [...searched, join(file.parentPath, file.name)]);
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  // llama.cpp looks for its backends in the folder of the program.
  for (const file of globSync("ggml/backends0/*.so", { cwd: libraries })) symlinkSync(join(libraries, file), join(bin, basename(file)));
  for (const program of programs.toReversed()) {
    const fresh = join(bin, `${basename(program)}.new`);
    copyFileSync(join(folder, program), fresh);
    execFileSync("patchelf", ["--set-interpreter", join(folder, "root/usr/lib64/ld-linux-x86-64.so.2"), ...searched, fresh]);
    renameSync(fresh, join(bin, basename(program)));
  }
}
