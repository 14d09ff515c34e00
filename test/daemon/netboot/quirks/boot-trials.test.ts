/**
 * Finds the loader and the way into the disk that work for a machine. Simulated machines support only some of
 * them.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Loader, LocalBoot } from "../../../../daemon/contract/netboot/quirk.ts";
import { loaderCameUp, loaderFetched, loaderTried, noLoaderTrial } from "../../../../daemon/netboot/quirks/loader-trial.ts";
import { noLocalBootTrial, systemCameUp, tellLocalBoot, usualLadder } from "../../../../daemon/netboot/quirks/local-boot-trial.ts";

const MINUTE = 60_000;

test("a loader that never comes up is given up after three boots, and the other one is learned when it does", () => {
  let trial = noLoaderTrial;
  const given: string[] = [];
  for (let boot = 0; boot < 4; boot++) {
    const loader = loaderTried(trial, "snponly");
    given.push(loader);
    trial = loaderFetched(trial, loader);
  }
  assert.deepEqual(given, ["snponly", "snponly", "snponly", "snponly"]);
  assert.equal(loaderTried(trial, "snponly"), "ipxe");
  const { lesson } = loaderCameUp(loaderFetched(trial, "ipxe"));
  assert.deepEqual(lesson?.quirks, { loader: "ipxe" });
  assert.match(lesson?.because ?? "", /snponly was loaded 4 times and never requested its script, ipxe did/);
});

test("a loader that comes up, be it after two resets, teaches nothing", () => {
  fc.assert(
    fc.property(fc.constantFrom(...Loader.options), fc.integer({ min: 0, max: 2 }), (loader, resets) => {
      let trial = noLoaderTrial;
      for (let n = 0; n <= resets; n++) trial = loaderFetched(trial, loader);
      assert.equal(loaderTried(trial, loader), loader);
      assert.equal(loaderCameUp(trial).lesson, undefined);
    }),
  );
});

test("where neither comes up both go on having their turn", () => {
  let trial = noLoaderTrial;
  const turns = new Map<string, number>();
  for (let boot = 0; boot < 60; boot++) {
    const loader = loaderTried(trial, "snponly");
    turns.set(loader, (turns.get(loader) ?? 0) + 1);
    trial = loaderFetched(trial, loader);
  }
  for (const loader of Loader.options) assert.ok((turns.get(loader) ?? 0) > 20, loader);
});

test("a machine that comes straight back gets the next way, until its system comes up; that way is then the first", () => {
  const ladders = fc.shuffledSubarray([...LocalBoot.options], { minLength: 1 });
  fc.assert(
    fc.property(ladders, fc.nat(2), (ladder, at) => {
      const works = ladder[at % ladder.length];
      let trial = noLocalBootTrial;
      for (let boot = 0; boot < 20; boot++) {
        const told = tellLocalBoot(trial, ladder, boot * 2 * MINUTE);
        trial = told.trial;
        if (told.way !== works) continue;
        const { lesson } = systemCameUp(trial, ladder);
        if (boot === 0) return assert.equal(lesson, undefined);
        assert.equal(lesson?.quirks.localBoot?.[0], works);
        assert.deepEqual([...(lesson?.quirks.localBoot ?? [])].sort(), [...ladder].sort());
        assert.ok(boot <= 2 * ladder.length, "it does not take long");
        return;
      }
      assert.fail("it never came up");
    }),
  );
});

test("reboots hours apart, or with a system in between, keep the way that is used", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ wait: fc.integer({ min: 1, max: 600 }), system: fc.boolean() }), { maxLength: 30 }), (boots) => {
      const ladder = usualLadder("uefi");
      let trial = noLocalBootTrial;
      let now = 0;
      for (const { wait, system } of boots) {
        now += (system ? wait : 10 + wait) * MINUTE;
        const told = tellLocalBoot(trial, ladder, now);
        assert.equal(told.way, "exit-1");
        const came = systemCameUp(told.trial, ladder);
        assert.equal(came.lesson, undefined);
        trial = system ? came.trial : told.trial;
      }
    }),
  );
});
