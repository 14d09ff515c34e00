/** Names that lead to a file, and a proof that no name leads out of the folder. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { capture } from "../../support/dhcp/captures.ts";
import { startFixture } from "./client.ts";

let fixture: Awaited<ReturnType<typeof startFixture>>;

before(async () => {
  fixture = await startFixture({ virtual: (name) => (name === "autoexec.ipxe" ? "#!ipxe\n" : undefined) });
  const { root, folder } = fixture;
  mkdirSync(join(root, "sub/deep"), { recursive: true });
  mkdirSync(join(folder, "root-twin"));
  for (const name of ["file", ".half", "sub/deep/file"]) writeFileSync(join(root, name), "inside");
  writeFileSync(join(root, "undionly.kkpxe"), "undi");
  for (const name of ["secret", "root-twin/secret"]) writeFileSync(join(folder, name), "secret");
  symlinkSync(join(folder, "secret"), join(root, "link"));
  symlinkSync("..", join(root, "up"));
  symlinkSync("../root-twin", join(root, "twin"));
  symlinkSync("sub/deep/file", join(root, "good-link"));
  symlinkSync("round", join(root, "round"));
  execFileSync("mkfifo", [join(root, "pipe")]);
});
after(() => fixture.close());

describe("names that are served", { concurrency: true }, () => {
  for (const name of [
    "file",
    "/file",
    "//file",
    "\\file",
    "sub/deep/file",
    "sub//deep///file",
    "\\sub\\deep\\file",
    "good-link",
    "file\xff",
    "file\xff\xff",
  ]) {
    test(JSON.stringify(name), async () => {
      await using client = await fixture.client();
      await client.read(name);
      await client.data(1, "inside");
    });
  }

  test("undionly.kpxe is what Debian calls undionly.kkpxe", async () => {
    await using client = await fixture.client();
    await client.read("undionly.kpxe");
    await client.data(1, "undi");
  });

  test("a file that exists only in memory", async () => {
    await using client = await fixture.client();
    await client.read("autoexec.ipxe");
    await client.data(1, "#!ipxe\n");
  });
});

const refused: [name: string, code: number][] = [
  ["missing", 1],
  ["/", 1],
  ["sub", 1],
  ["sub/", 1],
  ["file/below", 1],
  [".half", 1],
  ["./file", 1],
  ["pipe", 1],
  ["round", 1],
  ["constructor", 1],
  ["FILE", 1],
  ["/etc/passwd", 1],
  ["%2e%2e/secret", 1],
  ["../secret", 2],
  ["sub/../../secret", 2],
  ["sub/../file", 2],
  ["/../secret", 2],
  ["..\\secret", 2],
  ["..", 2],
  ["link", 2],
  ["up/secret", 2],
  ["twin/secret", 2],
];

describe("names that are refused", { concurrency: true }, () => {
  for (const [name, code] of refused) {
    test(`dotdot: ${JSON.stringify(name)} with error ${code}`, async () => {
      await using client = await fixture.client();
      await client.read(name);
      await client.error(code);
    });
  }

  test("a NUL ends the name: what follows is the mode", async () => {
    await using client = await fixture.client();
    await client.read("file\0../secret");
    await client.error(4);
  });

  test("the request of a real iPXE is understood", async () => {
    await using client = await fixture.client();
    await client.send(capture("ipxe-bios-tftp-rrq"));
    await client.error(1);
  });
});
