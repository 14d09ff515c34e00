/** Decides whether a request comes from Muster's own page, and whether the browser reads the page over https. */
import type { FastifyRequest } from "fastify";
import { MusterError } from "../errors/errors.ts";

/**
 * Throws unless our page opened the WebSocket. Without this check, a page of another site could open a
 * WebSocket with our cookie. Our page has the host that the request names, or the address from the configuration.
 * `request.host` contains what a trusted proxy forwards.
 */
export function requireSameOrigin(request: FastifyRequest, pageUrl: string | undefined): void {
  const origin = request.headers.origin;
  if (origin === undefined) throw new MusterError("ORIGIN_REFUSED", "a browser's WebSocket carries an Origin header");
  const page = URL.canParse(origin) ? new URL(origin) : undefined;
  if (page && (page.origin === pageUrl || page.host === hostOf(request))) return;
  throw new MusterError("ORIGIN_REFUSED", `the page at ${origin} may not connect here`);
}

/** Without the default port, as browsers write an origin. */
function hostOf({ protocol, host }: FastifyRequest): string | undefined {
  const url = `${protocol}://${host}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}

/**
 * Returns true if the cookie may be limited to https. A browser sends the header `origin` with a login, which says
 * how the browser reads the page. Other clients are judged by the proxy or by the address from the configuration.
 */
export function isReadOverHttps(request: FastifyRequest, pageUrl: string | undefined): boolean {
  const origin = request.headers.origin;
  if (origin?.startsWith("https:")) return true;
  if (origin?.startsWith("http:")) return request.protocol === "https";
  return request.protocol === "https" || (pageUrl?.startsWith("https:") ?? false);
}
