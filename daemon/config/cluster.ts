/** The schema of the `cluster` section, which contains the addresses of Consul and Nomad. */
import * as z from "zod";
import { PublicWeb } from "./public-web.ts";

export const ClusterSection = z.strictObject({
  consul: z
    .strictObject({
      url: PublicWeb.default("http://127.0.0.1:8500").describe("Address of a Consul agent."),
      token_file: z.string().min(1).max(4096).optional().describe("File with the Consul token."),
    })
    .optional()
    .describe("Consul. The settings page links to it, and to every service with a passing HTTP check."),
  nomad: z
    .strictObject({ url: PublicWeb.default("http://127.0.0.1:4646").describe("Address of a Nomad agent.") })
    .optional()
    .describe("Nomad. The settings page links to it."),
});
export type ClusterSection = z.output<typeof ClusterSection>;
