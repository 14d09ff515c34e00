/** The schema of the `cluster` section, which contains the addresses of Consul and Nomad. */
import * as z from "zod";
import { PublicWeb } from "./public-web.ts";

const FilePath = z.string().min(1).max(4096);

/** The keys are the same for both agents, so that one set of certificates is written twice and looks the same. */
const agent = (name: "Consul" | "Nomad", url: string) =>
  z
    .strictObject({
      url: PublicWeb.default(url).describe(`Address of a ${name} agent.`),
      token_file: FilePath.optional().describe(`File with the ${name} token.`),
      ca_file: FilePath.optional().describe(`File with the certificate authority that signed the certificate of the ${name} agent.`),
      certificate_file: FilePath.optional().describe(`File with the client certificate for the ${name} agent.`),
      key_file: FilePath.optional().describe("File with the private key of the client certificate."),
      server_name: z
        .string()
        .min(1)
        .max(253)
        .optional()
        .describe(`Name in the certificate of the ${name} agent, if it differs from \`url\`.`),
    })
    .refine(({ certificate_file, key_file }) => (certificate_file === undefined) === (key_file === undefined), {
      message: "certificate_file and key_file are needed together",
    })
    .optional();

export const ClusterSection = z.strictObject({
  consul: agent("Consul", "http://127.0.0.1:8500").describe(
    "Consul. The settings page links to it, and to every service with a passing HTTP check.",
  ),
  nomad: agent("Nomad", "http://127.0.0.1:4646").describe("Nomad. The settings page links to it."),
});
export type ClusterSection = z.output<typeof ClusterSection>;
