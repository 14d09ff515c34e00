/**
 * Determines what a token permits. A token permits the call-home of one node or the admission of any machine. A
 * repeated call-home receives the earlier answer again.
 */
import type { CallHome } from "../../contract/machines/call-home.ts";
import type { MachineRole } from "../../contract/machines/enrol.ts";
import { MusterError } from "../../errors/errors.ts";
import type { EnrolTokenStore } from "../../store/machines/enrol-tokens.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { TokenStore } from "../../store/machines/tokens.ts";
import { sha256 } from "../../store/secrets.ts";

export type Credential =
  | { kind: "again"; nodeId: string }
  | { kind: "bound"; nodeId: string; installing: boolean }
  | { kind: "any"; role: MachineRole };

export interface TokenStores {
  tokens: TokenStore;
  enrolTokens: EnrolTokenStore;
  nodes: NodeStore;
}

/** Returns a hash of the fields that must be equal in a repeated call-home. */
export const identityOf = ({ mac, hostname, ip_address, ssh_host_key }: Omit<CallHome, "token">): string =>
  sha256(JSON.stringify([mac, hostname, ip_address, ssh_host_key]));

export const usedAlready = () => new MusterError("TOKEN_INVALID", "token: this token has been used already");

/** Returns what the token permits. Throws TOKEN_INVALID if the token permits nothing. */
export function credentialOf(callHome: CallHome, { tokens, enrolTokens, nodes }: TokenStores, now: Date): Credential {
  const { token, mac } = callHome;
  const enrolled = enrolTokens.enrolledAs(token, identityOf(callHome));
  if (enrolled !== undefined) return { kind: "again", nodeId: enrolled };
  const open = enrolTokens.find(token, now);
  if (open) {
    if (open.state === "used-up") throw usedAlready();
    if (open.state !== "active")
      throw new MusterError("TOKEN_INVALID", `token: this token ${open.state === "expired" ? "has expired" : "was revoked"}`);
    return { kind: "any", role: open.role };
  }
  const bound = tokens.look(token, now);
  switch (bound.kind) {
    case "unknown":
      throw new MusterError("TOKEN_INVALID", "token: this token is not known");
    case "expired":
      throw new MusterError("TOKEN_INVALID", "token: this token has expired");
    case "redeemed":
      if (bound.as === identityOf(callHome)) return { kind: "again", nodeId: bound.nodeId };
      // A machine with another machine's token must not learn that the token was used.
      if (!nodes.findById(bound.nodeId)?.macs.includes(mac)) throw new MusterError("TOKEN_INVALID", `mac: this token is not for ${mac}`);
      throw usedAlready();
    case "fresh":
      return { kind: "bound", nodeId: bound.nodeId, installing: bound.purpose === "install" };
  }
}
