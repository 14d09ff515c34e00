/** The conformance suite against a real Nomad, which MUSTER_NOMAD names. */
import { startNomadAgent, withoutNomad } from "../../../support/cluster/nomad-agent.ts";
import { nomadConformance } from "../../../support/cluster/nomad-conformance/cases.ts";

nomadConformance("a real Nomad", startNomadAgent, { skip: withoutNomad });
