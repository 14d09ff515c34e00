/**
 * Shows the quarantined machines that claim the name or the MAC address of the machine on this page. An operator has to
 * admit or reject each machine.
 */
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { KeptOut } from "./kept-out.tsx";

export function ClaimsPanel({ node }: { node: Node }) {
  const { claims = [] } = node;
  if (claims.length === 0) return null;
  return (
    <section aria-labelledby="claims-title">
      <h2 className="section-title" id="claims-title">
        Quarantined <span className="count">{claims.length}</span>
      </h2>
      {claims.map((claim) => (
        <KeptOut key={claim.id} claim={claim} contested={node.name} />
      ))}
    </section>
  );
}
