/** Shows the quarantined machines with a valid token and an unknown name. An operator has to admit or reject each machine. */
import { useEffect, useState } from "react";
import type { Claim } from "../../../../daemon/contract/machines/enrol.ts";
import { Problem, useAttempt } from "../../parts/attempt.tsx";
import { usePage, useView } from "../../parts/page-context.ts";
import { KeptOut } from "./kept-out.tsx";

/** A machine that claims an existing node is shown on the page of that node. */
export function Strangers() {
  const { client } = usePage();
  const { fleet } = useView();
  const [claims, setClaims] = useState<readonly Claim[]>([]);
  const { attempt, problem } = useAttempt();
  const newest = fleet.activity.find(({ type }) => type === "node.contested" || type.startsWith("quarantine."))?.seq;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new or decided machine must trigger the request
  useEffect(() => {
    void attempt(async () => setClaims(await client.listQuarantine({})));
  }, [client, newest]);
  const strangers = claims.filter(({ node }) => node === undefined);
  if (strangers.length === 0) return <Problem problem={problem} />;
  return (
    <section className="strangers" aria-labelledby="strangers-title">
      <h2 className="section-title" id="strangers-title">
        Quarantined, without a node <span className="count">{strangers.length}</span>
      </h2>
      <Problem problem={problem} />
      {strangers.map(({ id, reason, lastAt, name, mac, address, tries }) => (
        <KeptOut
          key={id}
          claim={{ id, reason, at: lastAt }}
          who={`A machine at ${address} with ${mac} that calls itself ${name}${tries > 1 ? ` (${tries} attempts)` : ""}`}
        />
      ))}
    </section>
  );
}
