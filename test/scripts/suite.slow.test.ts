/** The scripts that fetch and build boot files use the Debian release of their arguments. apt, dpkg and the image's root are stand-ins. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { DEFAULT_SUITE, releaseOf, Suite } from "../../daemon/contract/netboot/suite.ts";
import { buildArguments, fetchArguments } from "../../daemon/local/boot-file-scripts.ts";
import { bootFilesFor } from "../../daemon/netboot/boot-files.ts";

const scripts = join(import.meta.dirname, "../../scripts");

function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-suite-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function program(file: string, lines: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/bash\n${lines}\n`);
  chmodSync(file, 0o755);
}

// The name of a package is also its content, so that the stand-in of dpkg-deb knows what to unpack.
const apt = `echo "$2 $3 $4 \${*: -1}" >>"$RECORD"
case "$3 $4" in
  'apt-cache show') [[ "\${*: -1}" == "$LACKS" ]] || echo 'Version: 1' ;;
  'apt-get download') echo "\${*: -1}" >"\${*: -1}_1_amd64.deb" ;;
esac`;
const dpkg = `out=$3
case $(cat "$2") in
  ipxe) mkdir -p "$out/usr/lib/ipxe"; for each in ipxe-amd64.efi snponly.efi undionly.kpxe; do echo >"$out/usr/lib/ipxe/$each"; done ;;
  grub*) mkdir -p "$out/usr/lib/grub/i386-efi/monolithic"; echo >"$out/usr/lib/grub/i386-efi/monolithic/grubnetia32.efi" ;;
  *) to=$out/usr/lib/debian-installer/images/text/debian-installer/amd64; mkdir -p "$to"; cp "$2" "$to/linux"; cp "$2" "$to/initrd.gz" ;;
esac`;

function fetch(folder: string, args: string[], lacks = "") {
  const script = join(folder, "scripts/assets/fetch");
  mkdirSync(dirname(script), { recursive: true });
  copyFileSync(join(scripts, "assets/fetch"), script);
  program(join(folder, "scripts/suite-apt"), apt);
  program(join(folder, "bin/dpkg-deb"), dpkg);
  const record = join(folder, "record");
  const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}`, RECORD: record, LACKS: lacks };
  const { status, stderr } = spawnSync(script, args, { env, encoding: "utf8" });
  return { status, stderr, asked: existsSync(record) ? readFileSync(record, "utf8").trim().split("\n") : [] };
}

for (const suite of Suite.options)
  test(`the installer of ${suite} comes from ${suite}, and the loaders do not depend on it`, (t) => {
    const folder = place(t);
    const assets = join(folder, "assets");
    const { status, stderr, asked } = fetch(folder, fetchArguments(assets, suite));
    assert.equal(status, 0, stderr);
    const installer = `debian-installer-${releaseOf(suite)}-netboot-amd64`;
    assert.ok(asked.includes(`${suite} apt-get download ${installer}`), asked.join("\n"));
    for (const loader of ["ipxe", "grub-efi-ia32-unsigned"])
      assert.ok(asked.includes(`trixie apt-get download ${loader}`), asked.join("\n"));
    for (const file of bootFilesFor("preseed", suite)) assert.ok(existsSync(join(assets, file)), file);
    assert.equal(readFileSync(join(assets, `debian-installer/${releaseOf(suite)}/amd64/linux`), "utf8"), `${installer}\n`);
  });

test("a package that the release does not have ends the fetch with both names", (t) => {
  const folder = place(t);
  const { status, stderr } = fetch(folder, fetchArguments(join(folder, "assets"), "bookworm"), "debian-installer-12-netboot-amd64");
  assert.deepEqual([status, stderr], [1, "fetch: bookworm has no package debian-installer-12-netboot-amd64\n"]);
});

test("both scripts refuse to choose a release by themselves", (t) => {
  const folder = place(t);
  const { status, stderr } = fetch(folder, ["--dest", join(folder, "assets")]);
  assert.deepEqual([status, stderr.split("\n")[0]], [2, "fetch: --suite is missing"]);
  const built = spawnSync(join(scripts, "image/build"), ["--dest", folder], { encoding: "utf8" });
  assert.deepEqual([built.status, built.stderr.split("\n")[0]], [2, "build: --suite needs the name of a Debian release"]);
});

const root = process.getuid?.() === 0 ? false : "needs root";
for (const suite of Suite.options)
  test(`the image of ${suite} is made from a root of ${suite}`, { skip: root }, (t) => {
    const folder = place(t);
    cpSync(join(scripts, "image"), join(folder, "scripts/image"), { recursive: true });
    program(join(folder, "scripts/image/make-root"), 'echo "$2 $3 $4" >&2; exit 3');
    for (const tool of ["mmdebstrap", "zstd", "cpio", "depmod", "xz"]) program(join(folder, "bin", tool), "exit 3");
    const args = buildArguments(join(folder, "assets"), suite, { force: false, mirror: "http://mirror.test/debian" });
    const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}` };
    const { status, stderr } = spawnSync(join(folder, "scripts/image/build"), args, { env, encoding: "utf8" });
    assert.deepEqual([status, stderr], [3, `linux-image-amd64 ${suite} http://mirror.test/debian\n`]);
  });

test("the lab's own boot files are of the default release", () => {
  const text = readFileSync(join(scripts, "lab/make-assets"), "utf8");
  assert.match(text, new RegExp(`^suite=${DEFAULT_SUITE} release=${releaseOf(DEFAULT_SUITE)}$`, "m"));
});
