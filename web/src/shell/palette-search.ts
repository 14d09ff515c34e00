/** Searches pages, machines and jobs for the command palette, best match first. Pure. */
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { queryHash, wholeFleet } from "../machines/fleet/fleet-query.ts";
import { phaseLabel, phaseOrder } from "../machines/phases.ts";
import { jobLabel } from "../parts/jobs/job-states.ts";
import { jobHref, nodeHref } from "../parts/route.ts";
import { areas } from "./navigation/areas.ts";

export interface Entry {
  key: string;
  title: string;
  detail: string;
  href: string;
}

const MOST = 12;

const pages: readonly Entry[] = [
  ...areas.flatMap(({ links }) => links).map(({ page, label, detail, href }) => ({ key: `page ${page}`, title: label, detail, href })),
  {
    key: "page table",
    title: "Fleet as a table",
    detail: "sortable, for actions on many machines",
    href: queryHash({ ...wholeFleet, view: "table" }),
  },
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
  href: nodeHref(name),
});

const ofJob = ({ id, playbook, nodeName, status }: Job): Entry => ({
  key: `job ${id}`,
  title: `${playbook} on ${nodeName}`,
  detail: `${jobLabel[status].word} · ${id}`,
  href: jobHref(id),
});

/** A match at the start of a name ranks above a match in the middle of a name. Matches in the details rank last. */
function scoreOf({ key, title, detail }: Entry, wanted: string): number {
  if (wanted === "") return key.startsWith("page") ? 2 : key.startsWith("node") ? 1 : 0;
  const name = title.toLowerCase();
  if (name === wanted) return 5;
  if (name.startsWith(wanted)) return 4;
  if (name.includes(wanted)) return 3;
  return detail.toLowerCase().includes(wanted) ? 1 : 0;
}
