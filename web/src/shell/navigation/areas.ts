/** Defines the areas of Muster and their pages for the sidebar and the command palette. Pure. */
import {
  alertsHref,
  approvalsHref,
  auditHref,
  clusterHref,
  doctorHref,
  executionsHref,
  fleetHref,
  jobsHref,
  logHref,
  networkHref,
  type PageRoute,
  racksHref,
  runbooksHref,
  settingsHref,
  trendsHref,
} from "../../parts/route.ts";

export type ListedPage = Exclude<PageRoute["page"], "node" | "job" | "approval" | "execution" | "runbook" | "lost">;

export interface PageLink {
  page: ListedPage;
  label: string;
  detail: string;
  href: string;
}

export interface Area {
  name: string;
  links: readonly PageLink[];
}

export const areas: readonly Area[] = [
  {
    name: "Machines",
    links: [
      { page: "fleet", label: "Fleet", detail: "all machines as cards or as a table", href: fleetHref },
      { page: "racks", label: "Racks", detail: "the position of each machine", href: racksHref },
    ],
  },
  {
    name: "Network boot",
    links: [{ page: "network", label: "Network", detail: "subnets, leases, other DHCP servers", href: networkHref }],
  },
  {
    name: "Jobs",
    links: [
      { page: "jobs", label: "Jobs", detail: "Ansible runs and their output", href: jobsHref },
      { page: "trends", label: "Trends", detail: "durations and failures over time", href: trendsHref },
    ],
  },
  {
    name: "Cluster",
    links: [{ page: "cluster", label: "Cluster", detail: "servers, members and jobs of Consul and Nomad", href: clusterHref }],
  },
  {
    name: "Changes",
    links: [
      { page: "approvals", label: "Approvals", detail: "requests that need a yes or a no", href: approvalsHref },
      { page: "runbooks", label: "Runbooks", detail: "steps for a kind of incident, to search and propose", href: runbooksHref },
      { page: "executions", label: "Executions", detail: "approved plans, step by step", href: executionsHref },
    ],
  },
  {
    name: "Audit",
    links: [{ page: "audit", label: "Audit log", detail: "every request and every refusal", href: auditHref }],
  },
  {
    name: "Administration",
    links: [
      { page: "alerts", label: "Alerts", detail: "conditions that need attention", href: alertsHref },
      { page: "log", label: "Log", detail: "messages of the daemon itself", href: logHref },
      { page: "doctor", label: "Doctor", detail: "checks of this installation", href: doctorHref },
      { page: "settings", label: "Settings", detail: "keys, members, tokens, notifications, other services", href: settingsHref },
    ],
  },
];

const parents: Partial<Record<PageRoute["page"], ListedPage>> = {
  node: "fleet",
  job: "jobs",
  approval: "approvals",
  execution: "executions",
  runbook: "runbooks",
};

/** Returns the value of aria-current: `page` for the page itself, or `true` for the list that a detail page belongs to. */
export function currentOf(listed: ListedPage, shown: PageRoute["page"]): "page" | "true" | undefined {
  if (listed === shown) return "page";
  return parents[shown] === listed ? "true" : undefined;
}

export const labelOf = (page: ListedPage): string =>
  areas.flatMap(({ links }) => links).find((link) => link.page === page)?.label ?? "Mission Control";
