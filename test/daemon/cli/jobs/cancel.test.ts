/** `muster cancel --all`: every active job is cancelled, also one that ends meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cancelAll } from "../../../../daemon/cli/jobs/cancel-jobs.ts";
import { ApiError, type Client } from "../../../../daemon/contract/client.ts";

const refused = (status: number, code: string, retryAfter?: string) => new ApiError(status, { code, message: "no", hint: "" }, retryAfter);

/** A daemon whose jobs answer a cancel with these results, in order. */
function daemon(answers: Record<string, (string | ApiError)[]>) {
  const asked: string[] = [];
  const next = (id: string) => {
    const answer = answers[id]?.shift();
    assert.ok(answer !== undefined, `one question too many about ${id}`);
    if (answer instanceof ApiError) throw answer;
    return { id, status: answer };
  };
  const client = {
    listJobs: async (query: object) => {
      asked.push(JSON.stringify(query));
      return Object.keys(answers).map((id) => ({ id }));
    },
    cancelJob: async ({ id }: { id: string }) => next(id),
    getJob: async ({ id }: { id: string }) => next(id),
  } as unknown as Client;
  return { client, asked };
}

const statuses = async (answers: Record<string, (string | ApiError)[]>) =>
  (await cancelAll(daemon(answers).client)).map(({ status }) => status);

test("it asks only for jobs that have not ended", async () => {
  const { client, asked } = daemon({});
  assert.deepEqual(await cancelAll(client), []);
  assert.deepEqual(asked, ['{"active":"true","limit":1000}']);
});

test("a queued job is cancelled at once, and the command waits for a running one", async () => {
  assert.deepEqual(await statuses({ queued: ["cancelled"], running: ["cancelling", "cancelled"] }), ["cancelled", "cancelled"]);
});

test("a job that ended meanwhile is no failure", async () => {
  assert.deepEqual(await statuses({ quick: [refused(409, "JOB_NOT_CANCELLABLE"), "succeeded"] }), ["succeeded"]);
});

test("if the rate limit refuses a request, the command asks again later", async () => {
  assert.deepEqual(await statuses({ late: [refused(429, "RATE_LIMITED", "0.01"), "cancelled"] }), ["cancelled"]);
});

test("any other failure ends the command", async () => {
  await assert.rejects(statuses({ one: [refused(403, "FORBIDDEN")] }), { code: "FORBIDDEN" });
});

test("if the policy does not allow one of the jobs, the others are cancelled, and the command fails", async () => {
  const answers = { first: [refused(202, "APPROVAL_NEEDED")], second: ["cancelling", "cancelled"], third: [refused(403, "PLAN_DENIED")] };
  await assert.rejects(statuses(answers), { code: "APPROVAL_NEEDED" });
  assert.deepEqual(answers.second, []);
});
