/** What a route says of itself, and what every failure answers. */
import * as z from "zod";

export interface Route {
  method: "GET" | "POST" | "DELETE";
  path: string;
  summary: string;
  /**
   * Who may call it: `public` needs no key at all. A role includes those above it: viewer < operator < admin.
   * An agent reads what a viewer reads and calls what is for a `proposer`, which operators may as well; never anything else.
   */
  access: "public" | "viewer" | "proposer" | "operator" | "admin";
  /** What a stolen key would do first, and what is worth guessing at: ten times a minute at most. */
  sensitive?: true;
  /** It tells the audit more than that it was called, by itself. */
  recordsItself?: true;
  /** Asked of the policy as something done by hand: may be denied, or answer 202 with an error that names an approval to wait for. */
  byHand?: true;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Media type of an answer that is a file instead of JSON. */
  media?: string;
  /** Status of success; 200 unless told. */
  status?: number;
  /** Statuses of a failure that carries the same answer all the same. */
  otherwise?: number[];
  response: z.ZodType;
}

/** Every failure answers this, whatever the route. `message` repeats the text under the name the documented API uses. */
export const ErrorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string(),
    /** Of what waits for people now; answered with 202. */
    approvalId: z.string().optional(),
  }),
  message: z.string(),
});
export type ErrorBody = z.output<typeof ErrorBody>;
