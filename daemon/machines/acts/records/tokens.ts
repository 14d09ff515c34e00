/** Creates and revokes enrol tokens. A machine that Muster did not install joins the fleet with an enrol token. */
import type { EnrolToken, MachineRole } from "../../../contract/machines/enrol.ts";
import type { Node } from "../../../contract/machines/node.ts";
import { MusterError } from "../../../errors/errors.ts";
import type { EnrolTokenStore } from "../../../store/machines/enrol-tokens.ts";
import type { NodeStore } from "../../../store/machines/nodes.ts";
import { newEnrolToken, type TokenStore, tokenId } from "../../../store/machines/tokens.ts";
import { sha256 } from "../../../store/secrets.ts";
import { deadlineAfter } from "../../deadlines.ts";
import { findNode } from "../../find-node.ts";
import type { Requester } from "../requester.ts";

export interface TokenPorts {
  nodes: NodeStore;
  tokens: TokenStore;
  enrolTokens: EnrolTokenStore;
}

export interface TokenRequest {
  node?: string | undefined;
  ttlSeconds: number;
  uses: number;
  role: MachineRole;
}

/**
 * Returns the new token. A plan contains only the hash of the token. If the action needs an approval, the requester gets the
 * token immediately, and the token is valid from the approval on.
 */
export function createToken(ports: TokenPorts, wish: TokenRequest, requester: Requester): EnrolToken & { token: string } {
  const secret = newEnrolToken();
  const hash = sha256(secret);
  const { node, ttlSeconds, uses, role } = wish;
  const target = node === undefined ? undefined : enrollable(findNode(ports.nodes, node));
  if (target) requester.permit({ tool: "node_token_create", parameters: { ttl_seconds: ttlSeconds, hash }, nodes: [target], secret });
  else requester.permit({ tool: "token_create", parameters: { role, uses, ttl_seconds: ttlSeconds, hash }, secret });
  return { ...keepToken(ports, wish, hash, requester.name), token: secret };
}

/** Stores the hash of a token. From then on the token is valid. */
export function keepToken({ nodes, tokens, enrolTokens }: TokenPorts, wish: TokenRequest, hash: string, createdBy: string): EnrolToken {
  const { node, ttlSeconds, uses, role } = wish;
  const now = new Date();
  const expiresAt = deadlineAfter(now, ttlSeconds);
  if (node === undefined) return enrolTokens.keep(hash, { role, uses, createdBy, expiresAt }, now);
  const { id, name } = enrollable(findNode(nodes, node));
  tokens.keep(hash, id, "enrol", now, expiresAt);
  return { id: tokenId(hash), role, node: name, uses, used: 0, createdAt: now.toISOString(), expiresAt, state: "active" };
}

export function revokeToken({ tokens, enrolTokens }: TokenPorts, { id }: { id: string }, requester: Requester): string {
  requester.permit({ tool: "token_revoke", parameters: { id } });
  if (!enrolTokens.revoke(id, new Date()) && !tokens.revoke(id))
    throw new MusterError("TOKEN_NOT_FOUND", `no usable token has the id ${id}`);
  return `the token ${id} is revoked`;
}

function enrollable(node: Node): Node {
  const { phase } = node.state;
  if (phase === "discovered") throw new MusterError("NODE_WRONG_PHASE", `${node.name} has not been accepted yet`);
  if (phase === "retired") throw new MusterError("NODE_WRONG_PHASE", `${node.name} is retired`);
  return node;
}
