/** One setting, machines.debian.suite, decides what every installation method installs, and which boot files it needs. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { parseConfig } from "../../../daemon/config/config.ts";
import { debianFor } from "../../../daemon/contract/netboot/debian.ts";
import { DEFAULT_SUITE, releaseOf, Suite } from "../../../daemon/contract/netboot/suite.ts";
import { buildArguments, fetchArguments } from "../../../daemon/local/boot-file-scripts.ts";
import { rootDigest } from "../../../daemon/netboot/answers/image-manifest.ts";
import { type BootTask, bootFilesFor, otherRelease, requireBootFiles } from "../../../daemon/netboot/boot-files.ts";
import { finishScript, type InstallInput, installConf, preseed } from "../../../daemon/netboot/scripts/installer-answers.ts";
import { installScript } from "../../../daemon/netboot/scripts/scripts.ts";
import { taskScript } from "../../../daemon/netboot/scripts/task-scripts.ts";

const bootUrl = "http://10.0.0.2:8080";
const key = "0123456789abcdef0123456789abcdef";
const mac = "52:54:00:12:34:56";
const tasks: BootTask[] = ["image", "preseed", "rescue", "wipe"];

const input = (suite: Suite, securityMirror: string | null): InstallInput => ({
  ...{ name: "n1", mac, key, bootUrl, controlUrl: "http://10.0.0.2:8000", domain: "lab", disk: "", suite, securityMirror },
  ...{ mirror: "http://mirror.test/debian", kernel: "linux-image-amd64", sshKeys: [], rootPassword: "*" },
});
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = ""]) => found);

for (const [suite, release] of [
  ["bookworm", 12],
  ["trixie", 13],
] as const)
  describe(`with the suite ${suite}`, () => {
    const folder = { image: `image/${release}/amd64`, preseed: `debian-installer/${release}/amd64` };

    for (const profile of ["image", "preseed"] as const)
      test(`the profile ${profile} boots the kernel and initrd of Debian ${release}`, () => {
        const text = installScript({ bootUrl, profile, suite, name: "n1", mac, key, domain: "lab" });
        const files = all(text, /^(?:kernel|initrd) (\S+)/gm).map((url) => dirname(url));
        assert.deepEqual([...new Set(files)], [`${bootUrl}/assets/${folder[profile]}`]);
      });

    test("the Debian installer takes its components and packages from this suite", () => {
      const text = preseed(input(suite, null));
      assert.deepEqual(all(text, /^d-i mirror\/(?:udeb\/)?suite string (\S+)$/gm), [suite, suite]);
      assert.match(text, /^d-i mirror\/http\/hostname string mirror\.test$/m);
    });

    test("the image installer fetches the root of this release", () => {
      const conf = installConf({ ...input(suite, null), rootSha256: "0".repeat(64) });
      assert.match(conf, new RegExp(`^MUSTER_ROOT_URL='?${bootUrl}/assets/${folder.image}/root\\.tar\\.zst'?$`, "m"));
    });

    test("the node's apt has this suite only, with updates and security where there is a mirror for them", () => {
      const suites = (mirror: string | null) => all(finishScript({ ...input(suite, mirror), token: "t" }), /^Suites: (.+)$/gm);
      assert.deepEqual(suites("http://mirror.test/security"), [`${suite} ${suite}-updates`, `${suite}-security`]);
      assert.deepEqual(suites(null), [suite]);
    });

    for (const task of ["rescue", "wipe"] as const)
      test(`the task ${task} boots the image of Debian ${release}`, () =>
        assert.ok(taskScript({ bootUrl, suite, task, name: "n1", mac, key }).includes(`/assets/${folder.image}/vmlinuz`)));

    test("the scripts that fetch and build get this suite", () => {
      assert.deepEqual(fetchArguments("/a", suite), [
        ...["--dest", "/a", "--suite", suite],
        ...["--installer-package", `debian-installer-${release}-netboot-amd64`, "--installer-folder", folder.preseed],
      ]);
      const options = { force: true, mirror: "http://mirror.test/debian" };
      const build = ["--dest", `/a/${folder.image}`, "--suite", suite, "--force", "--mirror", "http://mirror.test/debian"];
      assert.deepEqual(buildArguments("/a", suite, options), build);
    });

    test("the configuration takes it", () =>
      assert.equal(parseConfig(`machines: { debian: { suite: ${suite} } }`, "muster.yaml").machines.debian.suite, suite));
  });

test("every suite is in the tables above, and the default is the release that the tables of processors name", () => {
  assert.deepEqual(Suite.options, ["bookworm", "trixie"]);
  assert.equal(parseConfig("{}", "muster.yaml").machines.debian.suite, DEFAULT_SUITE);
  assert.equal(debianFor["x86-64"].release, releaseOf(DEFAULT_SUITE));
});

for (const suite of ["sid", "stable", "bullseye", "Trixie", "trixie-updates", "13", ""])
  test(`the suite "${suite}" is an error that names the setting and the suites`, () =>
    assert.throws(
      () => parseConfig(`machines: { debian: { suite: "${suite}" } }`, "muster.yaml"),
      ({ cause }: Error) => /machines\.debian\.suite: .*bookworm.*trixie/.test((cause as Error).message),
    ));

function assetsOf(t: TestContext, what: BootTask, suite: Suite, manifest = "{}"): string {
  const assets = mkdtempSync(join(tmpdir(), "muster-suite-"));
  t.after(() => rmSync(assets, { recursive: true }));
  for (const file of bootFilesFor(what, suite)) {
    mkdirSync(dirname(join(assets, file)), { recursive: true });
    writeFileSync(join(assets, file), file.endsWith("manifest.json") ? manifest : "x");
  }
  return assets;
}

for (const what of tasks)
  for (const [has, wanted] of [
    ["trixie", "bookworm"],
    ["bookworm", "trixie"],
  ] as const)
    test(`${what}: boot files of ${has} are refused while the setting is ${wanted}, with both names and the next step`, (t) => {
      const assets = assetsOf(t, what, has);
      requireBootFiles(assets, what, has);
      assert.equal(otherRelease(assets, what, has), undefined);
      assert.throws(() => requireBootFiles(assets, what, wanted), {
        code: "BOOT_FILES_MISSING",
        message: new RegExp(`is ${has}, but machines\\.debian\\.suite is ${wanted}`),
        hint: /muster assets fetch.*muster image build/,
      });
    });

test("an image in the folder of one release that calls itself another is refused when it is armed and when it is fetched", (t) => {
  const manifest = JSON.stringify({ suite: "bookworm", rootSha256: "0".repeat(64) }, undefined, 2);
  const assets = assetsOf(t, "image", "trixie", manifest);
  const refusal = { code: "BOOT_FILES_MISSING", message: /the image among the assets is bookworm, but machines\.debian\.suite is trixie/ };
  assert.throws(() => requireBootFiles(assets, "image", "trixie"), refusal);
  assert.throws(() => rootDigest(assets, "trixie"), refusal);
});

test("no boot files at all are called missing, not another release", (t) => {
  const assets = mkdtempSync(join(tmpdir(), "muster-suite-"));
  t.after(() => rmSync(assets, { recursive: true }));
  assert.throws(() => requireBootFiles(assets, "preseed", "bookworm"), /undionly\.kpxe is not among the assets/);
  assert.throws(() => rootDigest(assets, "bookworm"), /the image of Debian bookworm has not been built/);
});
