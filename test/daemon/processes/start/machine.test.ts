/** The machine of the daemon: memory, and the programs without which a process would end again and again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../../../daemon/config/config.ts";
import { checkMemory, checkPrograms } from "../../../../daemon/processes/start/machine.ts";

test("a start needs a minimum of memory", () => {
  assert.equal(checkMemory(400), "400 MiB");
  assert.throws(() => checkMemory(399), { code: "MEMORY_LOW", message: /399 MiB of memory.*needs 400 MiB/ });
  assert.match(checkMemory(), /^\d+ MiB$/);
});

test("a start needs ssh-keygen, and python3 only for the sockets of a boot network", () => {
  const [alone, booting] = ["{}", "netboot: { interface: eth9, dhcp: proxy }"].map((text) => parseConfig(text, "test"));
  assert(alone && booting);
  const without = (missing: string) => (name: string) => (name === missing ? undefined : `/usr/bin/${name}`);
  assert.equal(checkPrograms(alone, without("python3")), "ssh-keygen");
  assert.throws(() => checkPrograms(booting, without("python3")), {
    code: "LAUNCH_FAILED",
    message: /python3 is missing.*apt-get install python3/,
  });
  assert.throws(() => checkPrograms(alone, without("ssh-keygen")), { message: /ssh-keygen is missing.*openssh-client/ });
});
