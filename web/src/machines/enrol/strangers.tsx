/** Machines that came with a good token under a name that is nobody's here, and are kept out until somebody decides. */
import { useEffect, useState } from "react";
import type { Claim } from "../../../../daemon/contract/machines/enrol.ts";
import { Problem, useAttempt } from "../../parts/attempt.tsx";
import { usePage, useView } from "../../parts/page-context.ts";
import { KeptOut } from "./kept-out.tsx";

/** Those that contest a node stand on its page. */
export function Strangers() {
  const { client } = usePage();
  const { fleet } = useView();
  const [claims, setClaims] = useState<readonly Claim[]>([]);
  const { attempt, problem } = useAttempt();
  const newest = fleet.activity.find(({ type }) => type === "node.contested" || type.startsWith("quarantine."))?.seq;
  // biome-ignore lint/correctness/useExhaustiveDependencies: one that came or was decided is the reason to ask
  useEffect(() => {
    void attempt(async () => setClaims(await client.listQuarantine({})));
  }, [client, newest]);
  const strangers = claims.filter(({ node }) => node === undefined);
  if (strangers.length === 0) return <Problem problem={problem} />;
  return (
    <section className="strangers" aria-labelledby="strangers-title">
      <h2 className="section-title" id="strangers-title">
        Kept out, of no node here <span className="count">{strangers.length}</span>
      </h2>
      <Problem problem={problem} />
      {strangers.map(({ id, reason, lastAt, name, mac, address, tries }) => (
        <KeptOut
          key={id}
          claim={{ id, reason, at: lastAt }}
          who={`A machine at ${address} with ${mac} that calls itself ${name}${tries > 1 ? `, ${tries} times by now` : ""}`}
        />
      ))}
    </section>
  );
}
