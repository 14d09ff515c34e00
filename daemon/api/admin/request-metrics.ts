/** Counts answered requests since control started: all requests by class of status, and call-homes by outcome. */
import type { FastifyInstance } from "fastify";
import { Counter, type Registry as Metrics } from "prom-client";
import { routes } from "../../contract/routes.ts";

/** The value of the label `outcome` for each HTTP status that answers a call-home. */
const outcomes: Record<number, string> = { 202: "accepted", 400: "invalid", 401: "refused", 403: "refused", 409: "conflict" };
/** The first digit of the status is the class. Control sends no status below 200. */
const classes = ["2xx", "3xx", "4xx", "5xx"];

export function requestMetrics(metrics: Metrics, app: FastifyInstance): void {
  const registers = [metrics];
  const answers = new Counter({
    name: "muster_http_responses_total",
    help: "Answered HTTP requests since control started, by class of status",
    labelNames: ["class"],
    registers,
  });
  const callHomes = new Counter({
    name: "muster_call_homes_total",
    help: "Call-homes answered since control started, by outcome",
    labelNames: ["outcome"],
    registers,
  });
  for (const each of classes) answers.inc({ class: each }, 0);
  for (const outcome of new Set([...Object.values(outcomes), "error"])) callHomes.inc({ outcome }, 0);
  app.addHook("onResponse", async ({ routeOptions: { method, url } }, { statusCode }) => {
    answers.inc({ class: `${Math.floor(statusCode / 100)}xx` });
    if (method === routes.callHome.method && url === routes.callHome.path) callHomes.inc({ outcome: outcomes[statusCode] ?? "error" });
  });
}
