/** The schema of the `admin` section, which configures the API, the page, the log, alerts and links. */
import * as z from "zod";
import { Port } from "./netboot.ts";
import { PublicWeb } from "./public-web.ts";

/** The page's files have absolute paths, so a proxy cannot serve the page below a path. */
const PageUrl = PublicWeb.refine(
  (url) => URL.canParse(url) && new URL(url).origin === url,
  "must be an address without a path, such as https://muster.example.org",
);

const Network = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], "must be an address or a network such as 10.0.0.2 or fd00::/64");

const Control = z.strictObject({
  host: z.union([z.ipv4(), z.ipv6()]).default("0.0.0.0").describe("Address that the API and the page listen on."),
  port: Port.default(8000).describe("TCP port of the API and the page."),
  open_metrics: z.boolean().default(false).describe("Answer /metrics and the OpenAPI document without a key."),
  page_url: PageUrl.optional().describe(
    "Address of the page in the browser, if a proxy is in front of control. Sessions are accepted from it.",
  ),
  trusted_proxies: z
    .array(Network)
    .max(100)
    .default([])
    .describe("Proxies whose X-Forwarded headers are believed. Control then sees the addresses of the clients behind them."),
  requests_per_minute: z
    .strictObject({
      sensitive: z.int().min(1).max(100_000).default(10).describe("Logins, keys, votes and wipes, for each key or address."),
      normal: z
        .int()
        .min(1)
        .max(100_000)
        .default(100)
        .describe("Other requests that change something, for each key. Also wrong keys from one address."),
      reading: z.int().min(1).max(1_000_000).default(3000).describe("Requests that only read, for each key."),
    })
    .prefault({})
    .describe("Rate limits of a key. Sessions of the page count separately. Machines that call home have no limit."),
});

const Log = z.strictObject({ level: z.enum(["debug", "info", "warn", "error"]).default("info").describe("Lowest level that is logged.") });

const count = (usual: number) => z.int().min(1).max(100_000).default(usual).describe("Number of events.");
const minutes = (usual: number) => z.int().min(1).max(10_080).default(usual).describe("Period in minutes.");
const threshold = (ofCount: number, ofMinutes: number) =>
  z
    .strictObject({ count: count(ofCount), minutes: minutes(ofMinutes) })
    .nullable()
    .prefault({});

export const AlertSettings = z.strictObject({
  webhook_file: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe("File with the address that receives alerts, in the format of Slack's incoming webhooks. Default: alerts are shown only."),
  repeat_minutes: minutes(60).describe("Minutes in which a rule that has raised an alert raises no other."),
  failed_logins: threshold(10, 10).describe("Failed logins; null for no alert."),
  policy_violations: threshold(1, 15).describe("Plans that the policy denied; null for no alert."),
  refusals: threshold(10, 15).describe(
    "Other refusals on record: wrong keys, missing roles, invalid votes, altered plans. null for no alert.",
  ),
  node_failures: threshold(1, 15).describe("Failed installations and configurations; null for no alert."),
  error_rate: z
    .strictObject({
      percent: z.number().gt(0).max(100).default(50).describe("Failed share in percent."),
      least: count(5).describe("Fewest jobs and executions for this rule."),
      minutes: minutes(60),
    })
    .nullable()
    .prefault({})
    .describe("Share of failed jobs and executions; null for no alert."),
  cost: z
    .strictObject({
      usd: z.number().gt(0).describe("Amount in US dollars."),
      hours: z.int().min(1).max(168).default(24).describe("Period in hours."),
    })
    .nullable()
    .default(null)
    .describe("Cost of executions; null for no alert."),
  unusual_activity: threshold(500, 10).describe("Changes and proposals with the same key; null for no alert."),
});
export type AlertSettings = z.output<typeof AlertSettings>;

const Link = z.strictObject({ name: z.string().min(1).max(60).describe("Text of the link."), url: PublicWeb.describe("Its address.") });

export const AdminSection = z.strictObject({
  control: Control.prefault({}).describe("The API and the page."),
  log: Log.prefault({}).describe("The daemon's own log."),
  alerts: AlertSettings.prefault({}).describe("Rules that raise alerts, and the webhook that receives them."),
  links: z.array(Link).max(50).default([]).describe("Links to other pages, shown on the settings page."),
});
export type AdminSection = z.output<typeof AdminSection>;
