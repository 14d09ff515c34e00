/** What the command palette finds: pages, machines and jobs, the nearest first. Pure. */
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { queryHash, wholeFleet } from "../machines/fleet/fleet-query.ts";
import { phaseLabel, phaseOrder } from "../machines/phases.ts";
import { jobLabel } from "../parts/jobs/job-states.ts";

export interface Entry {
  key: string;
  title: string;
  detail: string;
  href: string;
}

const MOST = 12;

const pages: readonly Entry[] = [
  { key: "page fleet", title: "Fleet", detail: "every machine as a card", href: queryHash(wholeFleet) },
  {
    key: "page table",
    title: "Fleet as a table",
    detail: "dense, sortable, for many at once",
    href: queryHash({ ...wholeFleet, view: "table" }),
  },
  { key: "page jobs", title: "Jobs", detail: "what Ansible does and did", href: "#/jobs" },
  { key: "page approvals", title: "Approvals", detail: "what waits for somebody's yes or no", href: "#/approvals" },
  { key: "page executions", title: "Executions", detail: "what was done to nodes, step by step", href: "#/executions" },
  { key: "page audit", title: "Audit", detail: "who did, wanted or was refused what", href: "#/audit" },
  { key: "page network", title: "Network", detail: "subnets, leases, other DHCP servers", href: "#/network" },
  { key: "page racks", title: "Racks", detail: "where machines stand", href: "#/rack" },
  { key: "page alerts", title: "Alerts", detail: "what somebody should look at", href: "#/alerts" },
  { key: "page trends", title: "Trends", detail: "how long things take, what fails", href: "#/trends" },
  { key: "page log", title: "Log", detail: "what the daemon itself says", href: "#/log" },
  { key: "page doctor", title: "Doctor", detail: "what a start depends on, and what is wrong", href: "#/doctor" },
  { key: "page settings", title: "Settings", detail: "keys, members, tokens, notifications, other services", href: "#/settings" },
  ...phaseOrder.map((phase) => ({
    key: `phase ${phase}`,
    title: `Machines that are ${phaseLabel[phase].word.toLowerCase()}`,
    detail: phaseLabel[phase].meaning,
    href: queryHash({ ...wholeFleet, phase, view: "table" }),
  })),
];

export function findEntries(text: string, nodes: Iterable<Node>, jobs: Iterable<Job>): Entry[] {
  const wanted = text.trim().toLowerCase();
  const scored = [...pages, ...[...nodes].map(ofNode), ...[...jobs].map(ofJob)]
    .map((entry, index) => ({ entry, index, score: scoreOf(entry, wanted) }))
    .filter(({ score }) => score > 0);
  return scored
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, MOST)
    .map(({ entry }) => entry);
}

const ofNode = ({ id, name, macs, address, state, facts: { product, serial } }: Node): Entry => ({
  key: `node ${id}`,
  title: name,
  detail: [phaseLabel[state.phase].word, address, macs.join(" "), product, serial].filter((part) => part !== undefined).join(" · "),
  href: `#/nodes/${encodeURIComponent(name)}`,
});

const ofJob = ({ id, playbook, nodeName, status }: Job): Entry => ({
  key: `job ${id}`,
  title: `${playbook} on ${nodeName}`,
  detail: `${jobLabel[status].word} · ${id}`,
  href: `#/jobs/${encodeURIComponent(id)}`,
});

/** The beginning of a name beats its middle, a name beats what is said beside it. */
function scoreOf({ key, title, detail }: Entry, wanted: string): number {
  if (wanted === "") return key.startsWith("page") ? 2 : key.startsWith("node") ? 1 : 0;
  const name = title.toLowerCase();
  if (name === wanted) return 5;
  if (name.startsWith(wanted)) return 4;
  if (name.includes(wanted)) return 3;
  return detail.toLowerCase().includes(wanted) ? 1 : 0;
}
