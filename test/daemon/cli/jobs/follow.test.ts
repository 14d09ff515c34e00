/** `muster job --follow` while the daemon restarts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandFailure, exitCodeFor } from "../../../../daemon/cli/failure.ts";
import { followJob } from "../../../../daemon/cli/jobs/show-jobs.ts";
import { ApiError, type Client } from "../../../../daemon/contract/client.ts";

const error = (code: string, status = 0) => new ApiError(status, { code, message: "no answer", hint: "" });

/** Answers with these results in order. */
function daemon(outputs: (ApiError | { next: number; end: boolean })[], ends: (ApiError | "succeeded" | "failed")[]): Client {
  const next = <T>(list: (ApiError | T)[]): T => {
    const one = list.shift();
    if (one === undefined) throw new Error("one question too many");
    if (one instanceof ApiError) throw one;
    return one;
  };
  return {
    jobOutput: async () => ({ text: "", ...next(outputs) }),
    getJob: async () => ({ id: "j", status: next(ends), result: { summary: "" } }),
  } as unknown as Client;
}

const soon = { everyMs: 1, upToMs: 600_000, now: () => 0 };
const away = error("DAEMON_UNREACHABLE");

for (const [what, outputs, ends, code] of [
  ["the daemon restarts during the output", [{ next: 0, end: false }, away, away, { next: 1, end: true }], ["succeeded"], 0],
  ["the daemon restarts before the result", [{ next: 0, end: true }], [away, "failed"], 1],
  ["a proxy answers for the daemon", [error("HTTP_ERROR", 502), error("HTTP_ERROR", 503), { next: 0, end: true }], ["succeeded"], 0],
] as const)
  test(`if ${what}, the command waits and then reports the real result`, async () => {
    assert.equal(await followJob(daemon([...outputs], [...ends]), "j", true, soon), code);
  });

test("if the daemon stays away, the exit code differs from the code of a failed job", async () => {
  let at = 0;
  const now = () => {
    at += 1000;
    return at;
  };
  const outputs = Array.from({ length: 20 }, () => away);
  await assert.rejects(followJob(daemon(outputs, []), "j", true, { everyMs: 1, upToMs: 5000, now }), (failure) => {
    assert(failure instanceof CommandFailure);
    assert.equal(exitCodeFor(failure.code), 3);
    return /result of j is not known/.test(failure.message);
  });
});

test("any other failure ends the command at once", async () => {
  for (const failure of [error("JOB_NOT_FOUND", 404), error("KEY_INVALID", 401), error("HTTP_ERROR", 500)])
    await assert.rejects(followJob(daemon([failure], []), "j", true, soon), failure);
});
