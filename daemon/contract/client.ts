/** The typed client of the control API, for the page, the CLI and scripts. The client also runs in a browser. */
import type * as z from "zod";
import { ErrorBody, type Route } from "./route.ts";
import { type RouteName, routes } from "./routes.ts";

type Part<R, K extends string> = R extends Record<K, infer S extends z.ZodType> ? z.input<S> : unknown;
export type Input<R extends Route> = Part<R, "params"> & Part<R, "query"> & Part<R, "body">;
type Call<R extends Route> =
  unknown extends Input<R> ? () => Promise<z.output<R["response"]>> : (input: Input<R>) => Promise<z.output<R["response"]>>;
export type Client = { [Name in RouteName]: Call<(typeof routes)[Name]> };

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  /** Set if the request waits for approval. */
  readonly approvalId: string | undefined;
  /** A token that is valid only after the approval. */
  readonly secret: string | undefined;
  /** Set if the rate limit refused the request. Control did nothing for a refused request. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, body: ErrorBody["error"], retryAfter?: string | null) {
    super(body.message);
    this.retryAfterSeconds = status === 429 && retryAfter ? Number(retryAfter) || undefined : undefined;
    this.status = status;
    this.code = body.code;
    this.hint = body.hint;
    this.approvalId = body.approvalId;
    this.secret = body.secret;
  }
}

export interface ClientOptions {
  /** The address of control. The address is empty in the browser, which uses the origin of the page. */
  baseUrl: string;
  /** Returns the headers for a call: the bearer key, or the CSRF token of a session. */
  headers: () => Record<string, string>;
  fetch?: typeof fetch;
}

export function createClient(options: ClientOptions): Client {
  const calls = Object.entries(routes).map(([name, route]) => [name, (input?: unknown) => call(options, route, input)]);
  return Object.fromEntries(calls) as Client;
}

async function call({ baseUrl, headers, fetch: send = fetch }: ClientOptions, route: Route, input: unknown): Promise<unknown> {
  const rest = new Map(Object.entries(input ?? {}));
  const take = (name: string) => {
    const value = rest.get(name);
    rest.delete(name);
    return value;
  };
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(take(name))));
  const query = new URLSearchParams();
  for (const name of Object.keys(route.query?.shape ?? {})) {
    const value = take(name);
    if (value !== undefined) query.set(name, String(value));
  }
  const init: RequestInit = { method: route.method, headers: headers() };
  if (route.body) {
    init.headers = { ...init.headers, "content-type": "application/json" };
    init.body = JSON.stringify(Object.fromEntries(rest));
  }
  const search = query.size > 0 ? `?${query}` : "";
  const response = await send(`${baseUrl}${path}${search}`, init);
  if (response.ok && route.media !== undefined) return route.response.parse(new Uint8Array(await response.arrayBuffer()));
  const text = await response.text();
  const known = route.otherwise?.includes(response.status) ? answerIn(route, text) : undefined;
  if (known !== undefined) return known;
  if (!response.ok) throw new ApiError(response.status, errorFrom(response, text), response.headers.get("retry-after"));
  const answer: unknown = JSON.parse(text);
  if (response.status === 202 && route.byHand) {
    const waits = ErrorBody.safeParse(answer);
    if (waits.success) throw new ApiError(202, waits.data.error);
  }
  return route.response.parse(answer);
}

/** The response body may have an unexpected format, because a proxy in front of the daemon can send the status. */
function answerIn(route: Route, text: string): unknown {
  try {
    return route.response.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The error may have an unexpected format, because a proxy in front of the daemon may send its own errors. */
function errorFrom(response: Response, text: string): ErrorBody["error"] {
  try {
    return ErrorBody.parse(JSON.parse(text)).error;
  } catch {
    return {
      code: "HTTP_ERROR",
      message: `the server answered ${response.status} ${response.statusText}`,
      hint: "Is this the address of a Muster daemon?",
    };
  }
}
