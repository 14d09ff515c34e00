/** Computes the components that the Debian installer will fetch, by the installer's own rules. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { standInFor } from "../../../scripts/lab/udeb-overlay/stand-ins.ts";
import { installedStanza, parseUdebs, wantedUdebs } from "../../../scripts/lab/udeb-overlay/wanted.ts";

const kernel = "6.12.107+deb13-amd64";

const initrd = parseUdebs(`Package: libc6-udeb
Status: install ok unpacked
Version: 2.41-12
Provides: libc6

Package: fat-modules-${kernel}-di
Status: install ok unpacked
Version: 6.12.107-1
Provides: fat-modules
`);

const archive = parseUdebs(`Package: partman-ext3
Version: 110
Priority: standard
Depends: libc6-udeb (>= 2.41), e2fsprogs-udeb, ext4-modules, fat-modules
Filename: pool/main/p/partman-ext3/partman-ext3_110_all.udeb
Description: a name that must not be taken for a field
 Depends: nothing at all

Package: e2fsprogs-udeb
Version: 1.47.2-3+b12
Priority: optional
Depends: libc6-udeb (>= 2.41), libblkid1-udeb | libblkid-udeb
Filename: pool/main/e/e2fsprogs/e2fsprogs-udeb_1.47.2-3+b12_amd64.udeb

Package: ext4-modules-6.12.94+deb13-amd64-di
Version: 6.12.94-1
Priority: standard
Kernel-Version: 6.12.94+deb13-amd64
Provides: ext3-modules, ext4-modules
Filename: pool/main/l/old.udeb

Package: ext4-modules-${kernel}-di
Version: 6.12.107-1
Priority: standard
Kernel-Version: ${kernel}
Provides: ext3-modules, ext4-modules
Filename: pool/main/l/new.udeb

Package: unrequested-udeb
Version: 1
Priority: optional
Filename: pool/main/u/unrequested.udeb
`);

test("a component of standard priority is fetched with what it depends on, for the running kernel only", () => {
  const wanted = wantedUdebs(initrd, archive, kernel).map(({ name }) => name);
  assert.deepEqual(wanted.toSorted(), ["e2fsprogs-udeb", `ext4-modules-${kernel}-di`, "partman-ext3"]);
});

test("a component the initrd has, by its own name or as something it provides, is not fetched again", () => {
  const whole = parseUdebs(`Package: fat-modules-${kernel}-di\nPriority: standard\nVersion: 6.12.107-1\n`);
  assert.deepEqual(wantedUdebs(initrd, whole, kernel), []);
});

test("a component that a stand-in provides is recorded as installed, with what it provides", () => {
  const udeb = archive.find(({ name }) => name === `ext4-modules-${kernel}-di`);
  assert.ok(udeb);
  const written = parseUdebs(installedStanza(udeb));
  assert.deepEqual(written[0]?.provides, ["ext3-modules", "ext4-modules"]);
  assert.match(installedStanza(udeb), /^Status: install ok installed$/m);
});

test("kernel modules are stood in for whatever the kernel's version, and the unknown is not", () => {
  assert.deepEqual(standInFor(`ext4-modules-${kernel}-di`)?.modules, ["ext4"]);
  assert.deepEqual(standInFor("ext4-modules-6.12.94+deb13-amd64-di")?.modules, ["ext4"]);
  assert.equal(standInFor("brltty-udeb"), undefined);
});
