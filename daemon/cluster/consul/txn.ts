/** Several changes of keys that take effect together or not at all. */
import * as z from "zod";
import { Conflict, Refused } from "../../errors/cluster-failures.ts";
import { count, list, parse, text } from "../wire/read.ts";
import { type ClusterCall, sendRequest } from "../wire/request.ts";
import type { Consul } from "./consul.ts";

export type KeyOperation =
  | { verb: "set"; key: string; value: string | Uint8Array }
  | { verb: "cas"; key: string; value: string | Uint8Array; index: number }
  | { verb: "delete"; key: string }
  | { verb: "delete-cas"; key: string; index: number }
  | { verb: "check-index"; key: string; index: number }
  | { verb: "check-session"; key: string; session: string }
  | { verb: "check-not-exists"; key: string };

const MOST_OPERATIONS = 64;

const Outcome = z.object({ Errors: list(z.object({ OpIndex: count, What: text })) });

/** Throws a conflict that names the first operation whose condition did not hold. */
export async function transaction(consul: Consul, operations: readonly KeyOperation[], call: ClusterCall): Promise<void> {
  if (operations.length > MOST_OPERATIONS) throw new Refused("Consul", 413, `a transaction has at most ${MOST_OPERATIONS} operations`);
  const body = operations.map((operation) => ({
    KV: {
      Verb: operation.verb,
      Key: operation.key,
      ...("value" in operation && { Value: Buffer.from(operation.value).toString("base64") }),
      ...("index" in operation && { Index: operation.index }),
      ...("session" in operation && { Session: operation.session }),
    },
  }));
  const answer = await sendRequest(consul, { ...call, method: "PUT", path: "/v1/txn", body, accept: [409] });
  if (answer.status !== 409) return;
  const [first] = parse(consul, Outcome, answer).Errors;
  throw new Conflict(
    "Consul",
    `operation ${(first?.OpIndex ?? 0) + 1} on ${operations[first?.OpIndex ?? 0]?.key}: ${first?.What ?? "failed"}`,
  );
}
