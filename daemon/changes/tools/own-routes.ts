/** Muster's own routes that are done by hand. Each has one tool, whose name is what the policy, an approval and the audit know it by. */
import type { Route } from "../../contract/route.ts";
import { routes } from "../../contract/routes.ts";
import type { ToolAction } from "./action.ts";

const OWN = "muster:";

/** The route's path; nothing for any other request. A segment with a placeholder may become anything. */
export function routeByHand(action: ToolAction): string | undefined {
  if (action.kind !== "request" || !action.url.startsWith(OWN)) return undefined;
  const asked = (action.url.slice(OWN.length).split(/[?#]/)[0] ?? "").split("/");
  const all: Route[] = Object.values(routes);
  return all.find(({ byHand, method, path }) => byHand && method === action.verb && matches(asked, path.split("/")))?.path;
}

const matches = (asked: readonly string[], path: readonly string[]): boolean =>
  asked.length === path.length && path.every((part, index) => part.startsWith(":") || part === asked[index] || asked[index]?.includes("{"));
