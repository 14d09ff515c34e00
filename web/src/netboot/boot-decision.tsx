/** What a machine would be given if it booted from the network now, in words, with the rules that lead there. */
import { useEffect, useState } from "react";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import type { Explanation } from "../../../daemon/contract/netboot/explanation.ts";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { Hint } from "../parts/text/hint.tsx";

const words: Record<Explanation["script"]["action"], string> = {
  wait: "It waits: it shows its name and asks again.",
  install: "It is installed: its disk is overwritten.",
  rescue: "It boots the rescue system; its disks are left alone.",
  wipe: "Its disks are erased.",
  local: "It boots its own disk.",
};

export function BootDecision({ node }: { node: Node }) {
  const { client } = usePage();
  const [told, setTold] = useState<Explanation>();
  const { attempt, problem } = useAttempt();
  const mac = node.macs[0] ?? "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the phase is another
  useEffect(() => {
    void attempt(async () => setTold(await client.explain({ mac })));
  }, [client, mac, node.state.phase]);
  return (
    <section aria-labelledby="decision-title">
      <h2 className="section-title" id="decision-title">
        If it booted now
      </h2>
      <Problem problem={problem} />
      {told && (
        <div className="panel">
          <p>
            <strong>{words[told.script.action]}</strong> {told.script.reason}
          </p>
          {told.diagnosis && (
            <div className="notice">
              <p>
                <strong>Its last boot:</strong> {told.diagnosis.finding}
              </p>
              <ul>
                {told.diagnosis.next.map((each) => (
                  <li key={each}>
                    <Hint text={each} />
                  </li>
                ))}
              </ul>
            </div>
          )}
          {told.seen.length > 0 && (
            <details>
              <summary>What was seen of its last boot</summary>
              <ol className="told">
                {told.seen.map((line, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: lines of a story may repeat
                  <li key={index}>{line}</li>
                ))}
              </ol>
            </details>
          )}
          <details>
            <summary>The DHCP answer and its rules</summary>
            <p>{told.dhcp.answer}</p>
            <ol className="told">
              {told.dhcp.rules.map(({ rule, input, outcome }) => (
                <li key={`${rule} ${input}`}>
                  <strong>{rule}</strong> {input} → {outcome}
                </li>
              ))}
            </ol>
          </details>
        </div>
      )}
    </section>
  );
}
