/** Formats the state of the cluster for a terminal. A list that is not known is never shown as an empty table. */
import type { ClusterState } from "../../contract/cluster/cluster-state.ts";
import type { Servers } from "../../contract/cluster/servers.ts";
import type { Standing } from "../../contract/cluster/standing.ts";
import type { Workload } from "../../contract/cluster/workload.ts";
import { type Column, clean, paint, table } from "../print.ts";

type Service = "consul" | "nomad";

/** A service that is not configured counts only if no other service gives the answer. */
export function isUpToDate(state: ClusterState, needs: readonly Service[]): boolean {
  const standings = needs.map((service) => state[service].standing.state).filter((each) => each !== "absent");
  return standings.length > 0 && standings.every((each) => each === "fresh");
}

export const showStatus = ({ consul, nomad }: ClusterState): string =>
  [
    [standingText("consul", consul.standing), ...quorumText(consul.servers)].join("\n"),
    [standingText("nomad", nomad.standing), ...quorumText(nomad.servers)].join("\n"),
  ].join("\n\n");

export const showWorkloads = ({ nomad: { standing, workloads } }: ClusterState): string =>
  listText([trouble("nomad", standing)], workloads, "Nomad has no jobs.", {
    columns: [
      { title: "JOB", least: 12 },
      { title: "TYPE" },
      state("STATUS"),
      { title: "VERSION" },
      { title: "RUNNING", least: 10 },
      { title: "DEPLOYMENT" },
    ],
    cells: (job) => [
      job.namespace === "default" ? job.id : `${job.namespace}/${job.id}`,
      job.type,
      job.stopped ? "stopped" : job.status,
      String(job.version),
      groupsText(job),
      job.lastDeployment?.status ?? "",
    ],
  });

export const showServices = ({ consul: { standing, services } }: ClusterState): string =>
  listText([trouble("consul", standing)], services, "Consul has no services.", {
    columns: [
      { title: "SERVICE", least: 12 },
      { title: "PASSING" },
      { title: "WARNING" },
      { title: "CRITICAL", paint: (cell) => (/[1-9]/.test(cell) ? paint("red", cell) : cell) },
    ],
    cells: ({ name, passing, warning, critical }) =>
      passing + warning + critical === 0 ? [name, "no checks", "", ""] : [name, String(passing), String(warning), String(critical)],
  });

export const showMembers = ({ consul, nomad, members }: ClusterState): string => {
  // If one of the services is not configured, the other one knows the members.
  const bothAbsent = consul.standing.state === "absent" && nomad.standing.state === "absent";
  const troubles = bothAbsent
    ? [trouble("consul", consul.standing)]
    : (
        [
          ["consul", consul.standing],
          ["nomad", nomad.standing],
        ] as const
      ).map(([service, standing]) => (standing.state === "absent" ? "" : trouble(service, standing)));
  return listText(troubles, members, "The cluster has no members.", {
    columns: [{ title: "NODE", least: 12 }, { title: "ADDRESS" }, state("CONSUL"), state("NOMAD"), { title: "NEW WORK" }],
    cells: ({ name, address, consul: inConsul, nomad: inNomad, eligible, draining }) => [
      name,
      address,
      inConsul ?? "unknown",
      inNomad ?? "unknown",
      draining ? "draining" : eligible === undefined ? "" : eligible ? "yes" : "no",
    ],
  });
};

const names = { consul: "Consul", nomad: "Nomad" } as const;

export function standingText(service: Service, standing: Standing): string {
  const name = names[service];
  switch (standing.state) {
    case "absent":
      return `${name}: not configured\n→ Write the address of an agent into cluster.${service}.url of muster.yaml and restart the daemon.`;
    case "fresh":
      return `${name}: ${paint("green", "fresh")}`;
    default: {
      const age =
        standing.ageSeconds === undefined
          ? "It has not answered since the daemon started."
          : `Its last answer is ${standing.ageSeconds} s old.`;
      const word = standing.state === "no-leader" ? "no leader" : standing.state;
      return `${name}: ${paint("red", word)}: ${clean(standing.reason)}\n→ ${standing.next}\n${age}`;
    }
  }
}

const trouble = (service: Service, standing: Standing): string => (standing.state === "fresh" ? "" : standingText(service, standing));

function quorumText(servers: Servers | undefined): string[] {
  if (!servers) return [];
  const { leader, quorum, servers: rows } = servers;
  const alive = `${quorum.alive} of ${quorum.voters} servers alive, ${quorum.needed} needed`;
  return [
    `${leader === undefined ? "No leader" : `Leader ${clean(leader)}`}; ${quorum.alive < quorum.needed ? paint("red", alive) : alive}`,
    table(
      [{ title: "SERVER", least: 12 }, { title: "ADDRESS" }, state("STATE"), { title: "LEADER" }],
      rows.map((row) => [row.name, row.address, row.state, row.leader ? "yes" : ""]),
    ),
  ];
}

interface Form<Row> {
  columns: Column[];
  cells: (row: Row) => string[];
}

function listText<Row>(troubles: string[], list: { total: number; rows: Row[] } | undefined, empty: string, { columns, cells }: Form<Row>) {
  const more = list && list.total > list.rows.length ? `${list.total - list.rows.length} more are not shown.` : "";
  const rows = list && (list.rows.length === 0 ? empty : table(columns, list.rows.map(cells)));
  return [...troubles, rows ?? "", more].filter((part) => part !== "").join("\n\n");
}

/** With one group, its name says nothing new. */
function groupsText({ groups }: Workload): string {
  const counts = groups.map(({ name, running, desired }) => ({
    name,
    text: desired === undefined ? `${running}` : `${running}/${desired}`,
  }));
  return groups.length === 1 ? (counts[0]?.text ?? "") : counts.map(({ name, text }) => `${name} ${text}`).join(", ");
}

const GOOD = ["alive", "ready", "running"];
const BAD = ["failed", "down", "disconnected", "missing"];
const state = (title: string): Column => ({
  title,
  paint: (cell) => {
    const word = cell.trim();
    return GOOD.includes(word) ? paint("green", cell) : BAD.includes(word) ? paint("red", cell) : cell;
  },
});
