/** The port through which the routes of an area check whether their caller may act now. */
import type { Requester } from "../machines/acts/requester.ts";
import type { Begin } from "./audit/auditing.ts";
import type { Caller } from "./auth.ts";

/** The part of a route's context that is needed for the permission check. */
export interface Asking {
  caller: Caller;
  begin: Begin;
}

/**
 * Makes the requester of an act. `field` is the request field that names the nodes. `permit` throws if the
 * policy denies the act or requires an approval.
 */
export type RequesterOf = (asking: Asking, field?: "node" | "nodes") => Requester;
