/** The conformance suite against the stand-in for Nomad. A real Nomad passes the same suite in `conformance.long.test.ts`. */
import { nomadConformance } from "../../../support/cluster/nomad-conformance/cases.ts";
import { startNomadStandIn } from "../../../support/cluster/nomad-stand-in/stand-in.ts";

nomadConformance("the stand-in for Nomad", async () => {
  const { url, files, hold, release, close } = await startNomadStandIn();
  return { url, help: { knowFile: (hcl, spec) => files.set(hcl, spec), hold, release }, stop: close };
});
