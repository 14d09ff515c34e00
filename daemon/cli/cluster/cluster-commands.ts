/** Defines `muster cluster`, which shows what the daemon knows about Consul and Nomad. */
import type { Command } from "commander";
import type { ClusterState } from "../../contract/cluster/cluster-state.ts";
import { print } from "../print.ts";
import { examples, type Words } from "../words.ts";
import { isUpToDate, showMembers, showServices, showStatus, showWorkloads } from "./show-cluster.ts";

interface View {
  name: string;
  description: string;
  needs: readonly ("consul" | "nomad")[];
  show: (state: ClusterState) => string;
  /** The part of the state that `--json` prints. */
  part: (state: ClusterState) => unknown;
}

const views: View[] = [
  {
    name: "status",
    description: "show the state, the servers and the quorum of Consul and Nomad",
    needs: ["consul", "nomad"],
    show: showStatus,
    part: (state) => state,
  },
  {
    name: "jobs",
    description: "list the jobs of Nomad with their running and wanted allocations",
    needs: ["nomad"],
    show: showWorkloads,
    part: ({ nomad }) => ({ nomad: { standing: nomad.standing, workloads: nomad.workloads, allocations: nomad.allocations } }),
  },
  {
    name: "services",
    description: "list the services of Consul with the health of their instances",
    needs: ["consul"],
    show: showServices,
    part: ({ consul }) => ({ consul: { standing: consul.standing, services: consul.services } }),
  },
  {
    name: "nodes",
    description: "list the members of the cluster with their state in Consul and Nomad",
    needs: ["consul", "nomad"],
    show: showMembers,
    part: ({ consul, nomad, members }) => ({ consul: { standing: consul.standing }, nomad: { standing: nomad.standing }, members }),
  },
];

export function clusterCommands(program: Command, { json, client }: Words): void {
  const cluster = program.command("cluster").description("show the cluster: servers, jobs, services and nodes in Consul and Nomad");
  for (const { name, description, needs, show, part } of views)
    cluster
      .command(name)
      .description(description)
      .addHelpText(
        "after",
        `\nThe exit code is 1 if Consul or Nomad is unreachable, has no leader, or has not answered for a minute.\n${examples(
          `muster cluster ${name}`,
          `muster cluster ${name} --json`,
        )}`,
      )
      .action(async () => {
        const state = await client().cluster();
        print(json(), part(state), show(state));
        if (!isUpToDate(state, needs)) process.exitCode = 1;
      });
}
