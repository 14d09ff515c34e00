/** Services of other people that run beside Muster: where their pages are. */
import * as z from "zod";

/** Whoever may look at anything is shown it. */
const Web = z
  .url({ protocol: /^https?$/ })
  .refine(holdsNobody, "must not hold a user name or a password: every viewer is shown it")
  .transform((url) => url.replace(/\/+$/, ""));

function holdsNobody(text: string): boolean {
  const { username = "", password = "" } = URL.parse(text) ?? {};
  return username === "" && password === "";
}

export const ServicesSection = z.strictObject({
  consul: z
    .strictObject({
      url: Web.default("http://127.0.0.1:8500").describe("Address of a Consul agent."),
      token_file: z.string().min(1).max(4096).optional().describe("File with the Consul token."),
    })
    .optional()
    .describe("Its page, and the page of every service with a passing HTTP check."),
  nomad: z
    .strictObject({ url: Web.default("http://127.0.0.1:4646").describe("Address of a Nomad agent.") })
    .optional()
    .describe("Its page."),
  links: z
    .array(z.strictObject({ name: z.string().min(1).max(60).describe("What people see."), url: Web.describe("Where it leads.") }))
    .max(50)
    .default([])
    .describe("Other pages people go to from the settings."),
});
export type ServicesSection = z.output<typeof ServicesSection>;
