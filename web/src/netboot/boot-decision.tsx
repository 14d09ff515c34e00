/** Shows the next network boot of a machine: the action, the reason, and the DHCP rules that apply. */
import { useEffect, useState } from "react";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import type { Explanation } from "../../../daemon/contract/netboot/explanation.ts";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { Hint } from "../parts/text/hint.tsx";

const words: Record<Explanation["script"]["action"], string> = {
  wait: "The machine waits, shows its name, and repeats its boot request.",
  install: "Muster installs the machine and overwrites its disk.",
  rescue: "The machine boots the rescue system. The machine's disks are not changed.",
  wipe: "Muster erases the machine's disks.",
  local: "The machine boots its own disk.",
};

export function BootDecision({ node }: { node: Node }) {
  const { client } = usePage();
  const [explanation, setExplanation] = useState<Explanation>();
  const { attempt, problem } = useAttempt();
  const mac = node.macs[0] ?? "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: the request is repeated when the phase changes
  useEffect(() => {
    void attempt(async () => setExplanation(await client.explain({ mac })));
  }, [client, mac, node.state.phase]);
  return (
    <section aria-labelledby="decision-title">
      <h2 className="section-title" id="decision-title">
        Next network boot
      </h2>
      <Problem problem={problem} />
      {explanation && (
        <div className="panel">
          <p>
            <strong>{words[explanation.script.action]}</strong> {explanation.script.reason}
          </p>
          {explanation.diagnosis && (
            <div className="notice">
              <p>
                <strong>Its last boot:</strong> {explanation.diagnosis.finding}
              </p>
              <ul>
                {explanation.diagnosis.next.map((each) => (
                  <li key={each}>
                    <Hint text={each} />
                  </li>
                ))}
              </ul>
            </div>
          )}
          {explanation.seen.length > 0 && (
            <details>
              <summary>Events of its last boot</summary>
              <ol className="steps">
                {explanation.seen.map((line, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a repeated line has no key other than its index
                  <li key={index}>{line}</li>
                ))}
              </ol>
            </details>
          )}
          <details>
            <summary>The DHCP answer and its rules</summary>
            <p>{explanation.dhcp.answer}</p>
            <ol className="steps">
              {explanation.dhcp.rules.map(({ rule, input, outcome }) => (
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
