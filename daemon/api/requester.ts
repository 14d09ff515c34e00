/** The port through which routes of other areas ask the area changes whether their caller may act now. */
import type { Requester } from "../machines/acts/requester.ts";
import type { Begin } from "./audit/auditing.ts";
import type { Caller } from "./auth.ts";

/** The part of a route's context that the decision reads. */
export interface Asking {
  caller: Caller;
  request: { headers: Record<string, string | string[] | undefined> };
  begin: Begin;
}

/** `field` is what the route calls its nodes. The requester's permission throws if the policy denies the act or asks people first. */
export type RequesterOf = (asking: Asking, field?: "node" | "nodes") => Requester;
