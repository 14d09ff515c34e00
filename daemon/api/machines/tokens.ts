/**
 * Defines the routes about enrol tokens and the enrol script. A machine that Muster did not install joins the
 * fleet with an enrol token.
 */
import type { EnrolToken } from "../../contract/machines/enrol.ts";
import type { Node } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import { deadlineAfter } from "../../machines/deadlines.ts";
import { findNode } from "../../machines/find-node.ts";
import type { EnrolTokenStore } from "../../store/machines/enrol-tokens.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import { type TokenStore, tokenId } from "../../store/machines/tokens.ts";
import { sha256 } from "../../store/secrets.ts";
import type { Mount } from "../mount.ts";

export interface TokensApi {
  nodes: NodeStore;
  tokens: TokenStore;
  enrolTokens: EnrolTokenStore;
  enrol: {
    /** Returns the URL at which machines reach this daemon. */
    url(): string;
    /** Returns the enrol script. If the token is bound to a node, `name` is the name of this node. */
    script(token: string, name: string | undefined): string;
  };
}

export function tokensApi(mount: Mount, { nodes, tokens, enrolTokens, enrol }: TokensApi): void {
  const shownOnce = (token: string, kept: EnrolToken) => ({ ...kept, token, install: `curl -fsS ${enrol.url()}/enrol/${token} | sh` });

  mount(routes.createToken, ({ node, ttlSeconds, uses, role }, { caller }) => {
    const now = new Date();
    const expiresAt = deadlineAfter(now, ttlSeconds);
    if (node === undefined) {
      const { token, kept } = enrolTokens.issue({ role, uses, createdBy: caller.name, expiresAt }, now);
      return shownOnce(token, kept);
    }
    const { id, name } = enrollable(findNode(nodes, node));
    const token = tokens.issue(id, "enrol", now, expiresAt);
    const kept = { id: tokenId(sha256(token)), role, node: name, uses, used: 0, createdAt: now.toISOString(), expiresAt };
    return shownOnce(token, { ...kept, state: "active" });
  });

  mount(routes.listTokens, () => {
    const now = new Date();
    return [...enrolTokens.list(now), ...tokens.listEnrolling(now)].sort((one, other) => other.createdAt.localeCompare(one.createdAt));
  });

  mount(routes.revokeToken, ({ id }) => {
    if (!enrolTokens.revoke(id, new Date()) && !tokens.revoke(id))
      throw new MusterError("TOKEN_NOT_FOUND", `no usable token has the id ${id}`);
    return { message: `the token ${id} is revoked` };
  });

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

function enrollable(node: Node): Node {
  const { phase } = node.state;
  if (phase === "discovered") throw new MusterError("NODE_WRONG_PHASE", `${node.name} has not been accepted yet`);
  if (phase === "retired") throw new MusterError("NODE_WRONG_PHASE", `${node.name} is retired`);
  return node;
}
