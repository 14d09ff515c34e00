/** Learns quirks from TFTP transfers of simulated machines with limits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Quirks } from "../../../../daemon/contract/netboot/quirk.ts";
import { learnTftp, noTftpTrial, type TftpSeen, type TftpTrial, tftpTried } from "../../../../daemon/netboot/quirks/tftp-trial.ts";

/**
 * Firmware sends the same request each time. It receives blocks up to a size, and may not understand an
 * answer to its options.
 */
interface Machine {
  asks: number;
  bears: number;
  understandsOptions: boolean;
}

const FILE = 200_000;

function transfer({ asks, bears, understandsOptions }: Machine, quirks: Quirks): TftpSeen {
  const options = quirks.tftpOptions !== false;
  const blockSize = options ? Math.min(asks, quirks.blockSize ?? 1468) : 512;
  if (options && !understandsOptions) return { end: "gave-up", blockSize, options, bytes: 0, heard: false };
  if (blockSize > bears) return { end: "gave-up", blockSize, options, bytes: 0, heard: options };
  return { end: "complete", blockSize, options, bytes: FILE, heard: true };
}

/** Boots until it succeeds, and returns the learned quirks. */
function bootUntilItWorks(machine: Machine, most: number): { learned: Quirks; boots: number } {
  let trial: TftpTrial = noTftpTrial;
  let learned: Quirks = {};
  for (let boots = 1; boots <= most; boots++) {
    const seen = transfer(machine, { ...learned, ...tftpTried(trial) });
    const taught = learnTftp(trial, seen);
    trial = taught.trial;
    learned = { ...learned, ...taught.lesson?.quirks };
    if (seen.end === "complete") return { learned, boots };
  }
  assert.fail(`it never booted: ${JSON.stringify({ machine, learned })}`);
}

const machines = fc.record({
  asks: fc.constantFrom(1468, 1456, 1432, 1428, 1024, 512),
  bears: fc.integer({ min: 512, max: 1468 }),
  understandsOptions: fc.boolean(),
});

test("every machine that supports plain TFTP boots in the end, and the next time at once", () => {
  fc.assert(
    fc.property(machines, (machine) => {
      const { learned, boots } = bootUntilItWorks(machine, 10);
      const again = transfer(machine, learned);
      assert.equal(again.end, "complete");
      assert.ok(boots === 1 ? Object.keys(learned).length === 0 : again.blockSize <= machine.bears);
    }),
  );
});

test("no quirk is learned that was not needed", () => {
  fc.assert(
    fc.property(machines, (machine) => {
      const { learned } = bootUntilItWorks(machine, 10);
      if (machine.understandsOptions) assert.equal(learned.tftpOptions, undefined);
      if (machine.understandsOptions && machine.asks <= machine.bears) assert.deepEqual(learned, {});
      if (!machine.understandsOptions) assert.deepEqual(learned, { tftpOptions: false });
    }),
  );
});

test("machines switched off in the middle, probes and refusals teach nothing, however many", () => {
  const broken = fc.record<TftpSeen>({
    end: fc.constantFrom("gave-up", "other"),
    blockSize: fc.constantFrom(512, 1432, 1468),
    options: fc.boolean(),
    bytes: fc.integer({ min: 1, max: FILE }),
    heard: fc.constant(true),
  });
  fc.assert(
    fc.property(fc.array(broken, { maxLength: 20 }), (seen) => {
      let trial = noTftpTrial;
      for (const each of seen) {
        const taught = learnTftp(trial, each);
        assert.equal(taught.lesson, undefined);
        trial = taught.trial;
      }
      assert.deepEqual(tftpTried(trial), {});
    }),
  );
});

const silent = (blockSize: number): TftpSeen => ({ end: "gave-up", blockSize, options: true, bytes: 0, heard: true });
const worked = (blockSize: number, options = true): TftpSeen => ({ end: "complete", blockSize, options, bytes: FILE, heard: true });
const after = (...seen: TftpSeen[]) => {
  let trial = noTftpTrial;
  return seen.map((each) => {
    const taught = learnTftp(trial, each);
    trial = taught.trial;
    return taught.lesson;
  });
};

test("firmware that steps down by itself is learned from: next time it need not", () => {
  assert.deepEqual(after(silent(1456), worked(512)).at(-1), {
    quirks: { blockSize: 512 },
    because: "TFTP blocks of 1456 bytes got no answer, but 512 bytes did",
  });
  const unheard: TftpSeen = { end: "gave-up", blockSize: 1468, options: true, bytes: 0, heard: false };
  assert.deepEqual(after(unheard, worked(512, false)).at(-1)?.quirks, { tftpOptions: false });
});

test("large blocks that worked in between clear the suspicion", () => {
  assert.deepEqual(after(silent(1468), worked(1468), worked(512)).filter(Boolean), []);
});

test("a file that fits one block says nothing about blocks", () => {
  assert.deepEqual(after(silent(1468), { ...worked(1024), bytes: 300 }).filter(Boolean), []);
});
