/** The properties of a route, and the body of every error. */
import * as z from "zod";

export interface Route {
  method: "GET" | "POST" | "DELETE";
  path: string;
  summary: string;
  /**
   * The role that may call it. `public` needs no key. Higher roles include lower ones: viewer < operator < admin.
   * `proposer` routes are for operators and agents. An agent may call these and the `viewer` routes, nothing else.
   */
  access: "public" | "viewer" | "proposer" | "operator" | "admin";
  /** Limited to ten calls a minute, for the routes that an attacker would try first. */
  sensitive?: true;
  /** The handler writes its own audit records, with more detail than a call. */
  recordsItself?: true;
  /** A manual action: control asks the policy first. It may be denied, or return 202 with an error that names an approval. */
  byHand?: true;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Media type of a response that is a file instead of JSON. */
  media?: string;
  /** Status of success. Default: 200. */
  status?: number;
  /** Error statuses that have the same response body. */
  otherwise?: number[];
  response: z.ZodType;
}

/** Body of every error. The outer `message` repeats the text under the name that the documented API uses. */
export const ErrorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string(),
    /** Set with status 202: the approval that the request waits for. */
    approvalId: z.string().optional(),
  }),
  message: z.string(),
});
export type ErrorBody = z.output<typeof ErrorBody>;
