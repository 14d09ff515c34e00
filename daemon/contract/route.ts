/** The properties of a route, and the body of every error. */
import * as z from "zod";

export interface Route {
  method: "GET" | "POST" | "DELETE";
  path: string;
  summary: string;
  /**
   * The lowest role that may call the route. `public` needs no key. Higher roles include lower ones: viewer < operator
   * < admin. `proposer` routes are for operators and agents. An agent may call only `proposer` and `viewer` routes.
   */
  access: "public" | "viewer" | "proposer" | "operator" | "admin";
  /** Limits the route to ten calls a minute, because attackers would try such a route first. */
  sensitive?: true;
  /** True if the handler writes its own audit records, with more detail than the record of a call. */
  recordsItself?: true;
  /**
   * The tools of the manual action that the route performs. Control evaluates the policy for one of these tools first. The
   * policy may deny the action, or the route returns 202 with an error that names an approval.
   */
  byHand?: readonly [string, ...string[]];
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Media type of the response, if the response is a file instead of JSON. */
  media?: string;
  /** HTTP status of a successful response. The default is 200. */
  status?: number;
  /** Error statuses for which the response body has the same format as after a success. */
  otherwise?: number[];
  response: z.ZodType;
}

/** Body of every error. The outer field `message` repeats the text of the error, because the documented API uses that name. */
export const ErrorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string(),
    /** The approval that the request waits for. This id is set only with status 202. */
    approvalId: z.string().optional(),
    /** A token that is valid only after the approval. Only this answer contains it. */
    secret: z.string().optional(),
  }),
  message: z.string(),
});
export type ErrorBody = z.output<typeof ErrorBody>;
