/** The interface (port) through which the routes of an area check whether their caller may perform an action now. */
import type { Requester } from "../machines/acts/requester.ts";
import type { Begin } from "./audit/auditing.ts";
import type { Caller } from "./auth.ts";

/** The part of a route's context that is needed for the permission check. */
export interface Asking {
  caller: Caller;
  begin: Begin;
}

/**
 * Creates the requester of one of Muster's own actions (acts). `field` is the request field that names the nodes.
 * `permit` throws if the policy denies the action or requires an approval.
 */
export type RequesterOf = (asking: Asking, field?: "node" | "nodes") => Requester;
