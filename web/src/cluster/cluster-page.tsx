/** Shows the state, servers, members and workloads of the cluster. A list that is not known is left out. */
import type { ClusterState } from "../../../daemon/contract/cluster/cluster-state.ts";
import type { Servers } from "../../../daemon/contract/cluster/servers.ts";
import type { Standing } from "../../../daemon/contract/cluster/standing.ts";
import { Problem } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { Sheet } from "../parts/sheet.tsx";
import { Untrusted } from "../parts/text/untrusted.tsx";
import { useAnswer } from "../parts/use-answer.ts";

/** The page shows the first rows only. `muster cluster` lists more. */
const MOST_ROWS = 300;

export function ClusterPage() {
  const { client } = usePage();
  const { answer: state, problem } = useAnswer(() => client.cluster());
  if (!state) return problem ? <Problem problem={problem} /> : <p className="asking">Loading the cluster…</p>;
  return (
    <article className="detail cluster">
      <header className="detail-head">
        <h1>Cluster</h1>
      </header>
      <Problem problem={problem} />
      <Service name="Consul" standing={state.consul.standing} servers={state.consul.servers} />
      <Service name="Nomad" standing={state.nomad.standing} servers={state.nomad.servers} />
      <Members members={state.members} />
      <Workloads workloads={state.nomad.workloads} />
    </article>
  );
}

function Service({ name, standing, servers }: { name: "Consul" | "Nomad"; standing: Standing; servers: Servers | undefined }) {
  return (
    <>
      <p>
        {name} <span className={`badge tone-${tones[standing.state]}`}>{standing.state}</span> <Why name={name} standing={standing} />
      </p>
      {servers && (
        <Sheet
          title={`${name} servers`}
          count={servers.servers.length}
          columns={["Server", "Address", "State", "Leader"]}
          rows={servers.servers.map((row) => ({
            key: row.name,
            cells: [<Untrusted key="name" text={row.name} />, row.address, row.state, row.leader ? "yes" : ""],
          }))}
          note={`${servers.quorum.alive} of ${servers.quorum.voters} servers are alive. ${servers.quorum.needed} are needed for a leader.`}
        />
      )}
    </>
  );
}

const tones: Record<Standing["state"], string> = {
  absent: "quiet",
  unreachable: "bad",
  "no-leader": "bad",
  stale: "attention",
  fresh: "good",
};

function Why({ name, standing }: { name: "Consul" | "Nomad"; standing: Standing }) {
  if (standing.state === "fresh") return null;
  if (standing.state === "absent") return <span className="soft">Set cluster.{name.toLowerCase()}.url in muster.yaml.</span>;
  return (
    <span>
      <Untrusted text={standing.reason} /> {standing.next}
      {standing.ageSeconds !== undefined && ` The last answer is ${standing.ageSeconds} s old.`}
    </span>
  );
}

function Members({ members }: Pick<ClusterState, "members">) {
  if (!members) return null;
  return (
    <Sheet
      title="Members"
      count={members.total}
      columns={["Node", "Address", "Consul", "Nomad", "New work"]}
      rows={members.rows.slice(0, MOST_ROWS).map(({ name, address, consul, nomad, eligible, draining }) => ({
        key: name,
        cells: [
          <Untrusted key="name" text={name} />,
          address,
          consul ?? "unknown",
          nomad ?? "unknown",
          draining ? "draining" : eligible === undefined ? "" : eligible ? "yes" : "no",
        ],
      }))}
    />
  );
}

function Workloads({ workloads }: Pick<ClusterState["nomad"], "workloads">) {
  if (!workloads) return null;
  return (
    <Sheet
      title="Workloads"
      count={workloads.total}
      columns={["Job", "Type", "Status", "Version", "Running", "Deployment"]}
      rows={workloads.rows.slice(0, MOST_ROWS).map(({ namespace, id, type, status, stopped, version, groups, lastDeployment }) => ({
        key: `${namespace}/${id}`,
        cells: [
          <Untrusted key="name" text={namespace === "default" ? id : `${namespace}/${id}`} />,
          type,
          stopped ? "stopped" : status,
          version,
          groups.map(({ name, running, desired }) => `${name} ${running}${desired === undefined ? "" : `/${desired}`}`).join(", "),
          lastDeployment?.status ?? "",
        ],
      }))}
    />
  );
}
