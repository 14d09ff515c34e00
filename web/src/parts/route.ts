/** Defines the pages and their addresses. The part of the address after `#` names the page. */
export type PageRoute =
  | { page: "fleet" }
  | { page: "node"; name: string }
  | { page: "jobs" }
  | { page: "job"; id: string }
  | { page: "approvals" }
  | { page: "approval"; id: string }
  | { page: "executions" }
  | { page: "runbooks" }
  | { page: "runbook"; name: string }
  | { page: "execution"; id: string }
  | { page: "audit" }
  | { page: "network" }
  | { page: "cluster" }
  | { page: "trends" }
  | { page: "racks" }
  | { page: "log" }
  | { page: "doctor" }
  | { page: "settings" }
  | { page: "alerts" }
  | { page: "lost" };

export function parseRoute(hash: string): PageRoute {
  const [first = "", second, ...more] = hash
    .replace(/^#?\/?/, "")
    .replace(/\?.*$/s, "")
    .split("/");
  const argument = second === undefined ? undefined : decoded(second);
  if (more.length > 0) return { page: "lost" };
  if (first === "" && second === undefined) return { page: "fleet" };
  if (first === "jobs" && second === undefined) return { page: "jobs" };
  if (first === "approvals" && second === undefined) return { page: "approvals" };
  if (first === "executions" && second === undefined) return { page: "executions" };
  if (first === "runbooks" && second === undefined) return { page: "runbooks" };
  if (first === "audit" && second === undefined) return { page: "audit" };
  if (first === "trends" && second === undefined) return { page: "trends" };
  if (first === "log" && second === undefined) return { page: "log" };
  if (first === "doctor" && second === undefined) return { page: "doctor" };
  if (first === "settings" && second === undefined) return { page: "settings" };
  if (first === "network" && second === undefined) return { page: "network" };
  if (first === "cluster" && second === undefined) return { page: "cluster" };
  if (first === "rack" && second === undefined) return { page: "racks" };
  if (first === "alerts" && second === undefined) return { page: "alerts" };
  if (argument === undefined || argument === "") return { page: "lost" };
  if (first === "nodes") return { page: "node", name: argument };
  if (first === "jobs") return { page: "job", id: argument };
  if (first === "approvals") return { page: "approval", id: argument };
  if (first === "runbooks") return { page: "runbook", name: argument };
  if (first === "executions") return { page: "execution", id: argument };
  return { page: "lost" };
}

export const fleetHref = "#/";
export const jobsHref = "#/jobs";
export const approvalsHref = "#/approvals";
export const executionsHref = "#/executions";
export const runbooksHref = "#/runbooks";
export const auditHref = "#/audit";
export const networkHref = "#/network";
export const clusterHref = "#/cluster";
export const trendsHref = "#/trends";
export const racksHref = "#/rack";
export const logHref = "#/log";
export const doctorHref = "#/doctor";
export const settingsHref = "#/settings";
export const alertsHref = "#/alerts";
export const nodeHref = (name: string) => `#/nodes/${encodeURIComponent(name)}`;
export const jobHref = (id: string) => `#/jobs/${encodeURIComponent(id)}`;
export const approvalHref = (id: string) => `#/approvals/${encodeURIComponent(id)}`;
export const executionHref = (id: string) => `#/executions/${encodeURIComponent(id)}`;

/** The page of the runbook shows these nodes and this reason in its form. */
export function runbookHref(name: string, proposal?: { nodes: readonly string[]; reason: string }): string {
  const address = `${runbooksHref}/${encodeURIComponent(name)}`;
  return proposal === undefined ? address : `${address}?${new URLSearchParams({ on: proposal.nodes.join(","), reason: proposal.reason })}`;
}

/** Returns undefined for an invalid address, because a user may type the address by hand. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
