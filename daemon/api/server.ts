/** Serves the contract: one HTTP server with the API, the live feed and the page. */
import fastifyCookie from "@fastify/cookie";
import fastifyHelmet from "@fastify/helmet";
import fastifyRateLimit from "@fastify/rate-limit";
import fastifyStatic from "@fastify/static";
import fastifySwagger from "@fastify/swagger";
import fastifyWebsocket from "@fastify/websocket";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import type { KeyStore } from "../store/keys.ts";
import { authenticate, requireAccess, requireSameOrigin } from "./auth.ts";
import { type CallHomeApi, callHomeApi } from "./call-home.ts";
import { errorBody, sendError } from "./errors.ts";
import { type JobsApi, jobsApi } from "./jobs.ts";
import { liveFeed } from "./live.ts";
import { mounter } from "./mount.ts";
import { type NodesApi, nodesApi } from "./nodes.ts";
import { sessionApi } from "./session.ts";
import { type StatusApi, statusApi } from "./status.ts";

export interface ApiParts extends NodesApi, JobsApi, CallHomeApi, StatusApi {
  keys: KeyStore;
  log: FastifyBaseLogger;
  /** Folder of the built page; left out when it has not been built. */
  pageRoot: string | undefined;
  version: string;
}

/** A call-home with its facts is some kilobytes. */
const BODY_LIMIT_BYTES = 256 * 1024;

export async function buildApi(parts: ApiParts): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: parts.log,
    bodyLimit: BODY_LIMIT_BYTES,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(sendError);
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
    // The control node speaks plain HTTP on the lab's network unless a proxy in front adds TLS.
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    referrerPolicy: { policy: "no-referrer" },
  });
  await app.register(fastifyCookie);
  await app.register(fastifyRateLimit, { global: false });
  await app.register(fastifyWebsocket, { options: { maxPayload: 64 * 1024 } });
  await app.register(fastifySwagger, { openapi: { info: { title: "Muster", version: parts.version } }, transform: jsonSchemaTransform });
  // Guessing keys is the one thing here worth slowing down.
  app.addHook("onRoute", (route) => {
    if (route.url === "/api/session" && route.method === "POST")
      route.config = { ...route.config, rateLimit: { max: 10, timeWindow: "1 minute" } };
  });

  const who = (request: Parameters<typeof authenticate>[0]) => authenticate(request, parts.keys);
  await app.register(async (api) => {
    const mount = mounter(api, who);
    nodesApi(mount, parts);
    jobsApi(mount, parts);
    callHomeApi(mount, parts);
    sessionApi(mount, parts.keys);
    statusApi(api, mount, parts);
    liveFeed(api, {
      ...parts,
      authorize: (request) => {
        const caller = who(request);
        requireAccess(caller, "viewer");
        if (caller.session) requireSameOrigin(request);
      },
    });
    api.get("/api/openapi.json", { schema: { hide: true } }, async () => api.swagger());
  });

  if (parts.pageRoot !== undefined) await app.register(fastifyStatic, { root: parts.pageRoot, dotfiles: "deny" });
  app.setNotFoundHandler((request, reply) => {
    reply.code(404).send(errorBody("REQUEST_INVALID", `there is nothing at ${request.method} ${request.url.split("?")[0]}`));
  });
  return app;
}
