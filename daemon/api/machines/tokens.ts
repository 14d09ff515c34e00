/**
 * Defines the routes about enrol tokens and the enrol script. A machine that Muster did not install joins the
 * fleet with an enrol token.
 */
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import { createToken, revokeToken, type TokenPorts } from "../../machines/acts/records/tokens.ts";
import type { Mount } from "../mount.ts";
import type { RequesterOf } from "../requester.ts";

export interface TokensApi extends TokenPorts {
  byHand: RequesterOf;
  enrol: {
    /** Returns the URL at which machines reach this daemon. */
    url(): string;
    /** Returns the enrol script. If the token is bound to a node, `name` is the name of this node. */
    script(token: string, name: string | undefined): string;
  };
}

export function tokensApi(mount: Mount, { enrol, byHand, ...ports }: TokensApi): void {
  const { nodes, tokens, enrolTokens } = ports;
  mount(routes.createToken, (wish, context) => {
    const made = createToken(ports, wish, byHand(context));
    return { ...made, install: `curl -fsS ${enrol.url()}/enrol/${made.token} | sh` };
  });

  mount(routes.listTokens, () => {
    const now = new Date();
    return [...enrolTokens.list(now), ...tokens.listEnrolling(now)].sort((one, other) => other.createdAt.localeCompare(one.createdAt));
  });

  mount(routes.revokeToken, (which, context) => ({ message: revokeToken(ports, which, byHand(context)) }));

  mount(routes.enrolScript, ({ token }) => {
    const now = new Date();
    const open = enrolTokens.find(token, now);
    const bound = tokens.look(token, now);
    // A used token is still valid for the script, because the machine may run the script again.
    const good = open ? open.state === "active" || open.state === "used-up" : bound.kind === "fresh" || bound.kind === "redeemed";
    if (!good) throw new MusterError("TOKEN_INVALID", "token: this token is not known, has expired or was revoked");
    const name = bound.kind === "unknown" ? undefined : nodes.findById(bound.nodeId)?.name;
    return new TextEncoder().encode(enrol.script(token, name));
  });
}
