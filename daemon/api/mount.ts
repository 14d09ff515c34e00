/** Mounts one route of the contract on the server, with role check, validation, audit and serialization. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import { ErrorBody, type Route } from "../contract/route.ts";
import type { Auditing, Begin, NamedParts } from "./audit/auditing.ts";
import type { Caller } from "./auth.ts";
import type { Gate } from "./gate.ts";

type Part<R, K extends string> = R extends Record<K, infer S extends z.ZodType> ? z.output<S> : unknown;
type Input<R extends Route> = Part<R, "params"> & Part<R, "query"> & Part<R, "body">;

export interface Context<R extends Route> {
  /** The caller of the request, or undefined on a public route. */
  caller: R extends { access: "public" } ? undefined : Caller;
  request: FastifyRequest;
  reply: FastifyReply;
  begin: Begin;
}

export type Handler<R extends Route> = (input: Input<R>, context: Context<R>) => z.input<R["response"]> | Promise<z.input<R["response"]>>;

export type Mount = <R extends Route>(route: R, handle: Handler<R>) => void;

export function mounter(app: FastifyInstance, gate: Gate, auditing: Auditing): Mount {
  return (route, handle) => {
    const status = route.status ?? 200;
    app.route({
      method: route.method,
      url: route.path,
      schema: {
        summary: route.summary,
        ...(route.params && { params: route.params }),
        ...(route.query && { querystring: route.query }),
        ...(route.body && { body: route.body }),
        response: { ...answersOf(route, status), "4xx": ErrorBody, "5xx": ErrorBody },
      },
      // The access check runs before validation, so that a refused caller learns nothing about valid input.
      onRequest: async (request, reply) => {
        // An answer may contain keys, tokens or restricted data, so no cache may store it.
        reply.header("cache-control", "no-store");
        request.caller = gate.admit(request, reply, route);
      },
      onSend: async (request, _, payload) => {
        if (typeof payload === "string" || Buffer.isBuffer(payload)) gate.weigh(request, payload.length);
      },
      handler: async (request, reply) => {
        const named = namedParts(route, request);
        const input = { ...named.query, ...named.body, ...named.params } as Input<typeof route>;
        reply.code(status);
        const answer = await auditing.around(route, request, named, (begin) =>
          handle(input, { caller: request.caller, request, reply, begin } as Context<typeof route>),
        );
        if (route.media === undefined) return answer;
        return reply.type(route.media).send(Buffer.from(answer as Uint8Array));
      },
    });
  };
}

/**
 * Returns the parts of a request for which the route has a schema. Fastify has validated only these parts, so neither a
 * handler nor the audit may read the other parts.
 */
const namedParts = ({ params, query, body }: Route, request: FastifyRequest): NamedParts => ({
  params: params && Object(request.params),
  query: query && Object(request.query),
  body: body && Object(request.body),
});

/** Returns the response schemas by status. A manual action that needs approval answers 202, because nothing has happened yet. */
const answersOf = (route: Route, status: number) => {
  if (!route.byHand) return Object.fromEntries([status, ...(route.otherwise ?? [])].map((each) => [each, answerOf(route)]));
  return status === 202 ? { 202: z.union([ErrorBody, route.response]) } : { [status]: route.response, 202: ErrorBody };
};

const answerOf = ({ media, response, summary }: Route) =>
  media === undefined ? response : { description: summary, content: { [media]: { schema: response } } };

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}
