/** Decides what an error answer of Consul or Nomad means. Old versions answer 500 to almost every refusal, so the text decides. */
import { type ClusterFailure, Conflict, Forbidden, NoLeader, NotFound, Refused } from "../../errors/cluster-failures.ts";
import type { ClusterConnection } from "./connection.ts";

const NO_LEADER =
  /no cluster leader|no known consul servers|no path to region|not ready to serve consistent reads|leadership (lost|transfer)|node is not the leader|no servers\b/i;
/** Nomad's texts for a plan that is no longer current, and for a variable or job version that changed. */
const CONFLICT = /enforcing job modify index|current version of job .* (is|was)|enforcing version|cas (error|conflict|check failed)/i;
const UNKNOWN_TOKEN = /acl (token )?not found|acl token (expired|invalid)/i;

const MOST_TEXT = 500;

export function clusterFailureOf(
  { service, tokenSetting }: Pick<ClusterConnection, "service" | "tokenSetting">,
  status: number,
  body: string,
): ClusterFailure {
  const text = oneLine(body);
  if (status === 401 || status === 403 || UNKNOWN_TOKEN.test(text))
    return new Forbidden(service, `it answered ${status}: ${tokenSetting} is missing, or its token may not do this${text && ` (${text})`}`);
  if (CONFLICT.test(text) || status === 409) return new Conflict(service, text || `it answered ${status}`);
  if (status === 404 || (status === 500 && / not found$/i.test(text))) return new NotFound(service, text || "not found");
  if (status >= 500 && NO_LEADER.test(text)) return new NoLeader(service, text);
  return new Refused(service, status, text);
}

/** The text comes from the network and is printed in a terminal, so control characters become spaces. */
export function oneLine(body: string): string {
  const line = body.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.length > MOST_TEXT ? `${line.slice(0, MOST_TEXT)}…` : line;
}
