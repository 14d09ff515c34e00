/** Builds the HTTP server with the API of the contract, the live feed and the web page. */
import fastifyCookie from "@fastify/cookie";
import fastifyHelmet from "@fastify/helmet";
import fastifyStatic from "@fastify/static";
import fastifySwagger from "@fastify/swagger";
import fastifyWebsocket from "@fastify/websocket";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from "fastify";
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { routes } from "../contract/routes.ts";
import type { KeyStore } from "../store/admin/keys.ts";
import type { PlanStore } from "../store/changes/plans.ts";
import { statusApi } from "./admin/status.ts";
import { type AreaParts, mountAreas } from "./areas.ts";
import { Auditing } from "./audit/auditing.ts";
import { requireAccess } from "./auth.ts";
import { whoIs } from "./changes/changes.ts";
import { CONNECTION_LIMITS, type ConnectionLimits, limitConnections, serverTimeouts } from "./connections.ts";
import { sendError } from "./errors.ts";
import { Gate } from "./gate.ts";
import { type LivePace, liveFeed } from "./live.ts";
import type { LiveLimits } from "./live-places.ts";
import { mounter } from "./mount.ts";
import { nothingThere, refuseConnection, refuseUnreadable } from "./nowhere.ts";
import { requireSameOrigin } from "./page-origin.ts";
import type { RateLimits } from "./rate.ts";

export interface ApiParts extends AreaParts {
  keys: KeyStore;
  plans: PlanStore;
  log: FastifyBaseLogger;
  /** The folder of the built page, or undefined if the page is not built. */
  pageRoot: string | undefined;
  version: string;
  /** If true, the server sends `/metrics` and the OpenAPI document without a key. */
  openMetrics?: boolean;
  limits?: RateLimits;
  connections?: ConnectionLimits;
  /** The addresses and networks of the proxies whose `X-Forwarded` headers are believed. */
  trustedProxies?: string[];
  /** The intervals of the live feed. */
  pace?: LivePace;
  places?: LiveLimits;
}

/** The maximum size of a request body. The first report of a new system (call-home) has only a few kilobytes. */
const BODY_LIMIT_BYTES = 256 * 1024;

export async function buildApi(parts: ApiParts): Promise<FastifyInstance> {
  const connections = parts.connections ?? CONNECTION_LIMITS;
  const app = Fastify({
    ...serverTimeouts(connections),
    trustProxy: parts.trustedProxies?.length ? parts.trustedProxies : false,
    loggerInstance: parts.log,
    bodyLimit: BODY_LIMIT_BYTES,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    frameworkErrors: sendError,
    clientErrorHandler: refuseUnreadable,
  });
  limitConnections(app.server, connections, { refuse: refuseConnection, trusted: parts.trustedProxies ?? [] });
  app.setValidatorCompiler(nullMeansNothing);
  app.setSerializerCompiler(serializerCompiler);
  app.removeContentTypeParser("text/plain");
  const auditing = new Auditing(parts.audit, parts.log);
  app.addHook("onClose", () => auditing.stop());
  app.setErrorHandler((error: Error, request, reply) => {
    auditing.refused(error, request);
    sendError(error, request, reply);
  });
  app.decorateRequest("caller", undefined);

  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
      },
    },
    // The control node serves plain HTTP on the lab's network, unless a proxy adds TLS.
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    referrerPolicy: { policy: "no-referrer" },
  });
  await app.register(fastifyCookie);
  await app.register(fastifyWebsocket, { options: { maxPayload: 64 * 1024 } });
  await app.register(fastifySwagger, { openapi: { info: { title: "Muster", version: parts.version } }, transform: jsonSchemaTransform });

  const gate = new Gate(parts.keys, parts.limits);
  await app.register(async (api) => {
    const mount = mounter(api, gate, auditing);
    mountAreas(mount, parts, auditing);
    const admit = (request: FastifyRequest, reply: FastifyReply) => void (parts.openMetrics || gate.who(request, reply));
    statusApi(api, mount, { ...parts, admit });
    liveFeed(api, {
      ...parts,
      authorize: (request, opening) =>
        auditing.guarded(request, () => {
          const caller = gate.who(request);
          request.caller = caller;
          requireAccess(caller, "viewer");
          if (opening) gate.admit(request, undefined, { access: "viewer", method: "GET" });
          if (caller.session) requireSameOrigin(request, parts.pageUrl);
          return caller.keyId;
        }),
      mayReadLog: (request) => auditing.guarded(request, () => void gate.admit(request, undefined, routes.daemonLog)),
      vote: (request, { approvalId, answer, reason, signature }) =>
        auditing.guarded(request, () => {
          const caller = gate.admit(request, undefined, routes.voteApproval);
          if (caller) parts.desk.vote(approvalId, { answer, reason, signature }, whoIs(caller));
        }),
    });
    api.get("/api/openapi.json", { schema: { hide: true }, onRequest: async (request, reply) => admit(request, reply) }, async () =>
      api.swagger(),
    );
  });

  if (parts.pageRoot !== undefined) await app.register(fastifyStatic, { root: parts.pageRoot, dotfiles: "ignore" });
  app.setNotFoundHandler(nothingThere);
  return app;
}

/**
 * Replaces null with undefined before validation. Fastify passes null if a request has no body, but a schema's
 * default replaces only undefined.
 */
const nullMeansNothing: typeof validatorCompiler = (route) => {
  const validate = validatorCompiler(route);
  return (data) => validate(data === null ? undefined : data);
};
