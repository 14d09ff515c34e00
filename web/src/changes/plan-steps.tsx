/** Shows the steps of a plan with action, target, risk, preview and duration. */
import type { Plan, PlanStep } from "../../../daemon/contract/changes/plan.ts";
import { nodeHref } from "../parts/route.ts";
import { SheetHead } from "../parts/sheet.tsx";
import { Untrusted } from "../parts/text/untrusted.tsx";
import { limitText, previewMeaning, previewWord, riskMeaning, riskTone } from "./plan-words.ts";
import { useToolMeanings } from "./tool-meanings.ts";

export function PlanSteps({ steps, title, undoes }: { steps: readonly PlanStep[]; title: string; undoes?: Plan["rollback"] }) {
  return (
    <table className="sheet plan-steps" aria-label={title}>
      <SheetHead columns={["Step", "Action", "Target", "Risk", "Preview", "Duration"]} />
      <tbody>
        {steps.map((step, index) => (
          <tr key={step.id} data-step={step.id}>
            <td data-column="Step" className="number">
              <span>
                {step.id}
                {undoes?.[index] && <span className="soft"> undoes {undoes[index].undoes}</span>}
                {step.after.length > 0 && <span className="soft"> after {step.after.join(", ")}</span>}
              </span>
            </td>
            <td data-column="Action">
              <Doing step={step} />
            </td>
            <td data-column="Target">
              <span>
                {step.target === undefined ? (
                  <span className="soft">the control node</span>
                ) : (
                  <a href={nodeHref(step.target)}>{step.target}</a>
                )}{" "}
                <span className="soft">{step.scope}</span>
              </span>
            </td>
            <td data-column="Risk">
              <span className={`badge tone-${riskTone[step.risk]}`} title={riskMeaning[step.risk]}>
                {step.risk}
              </span>
            </td>
            <td data-column="Preview" title={previewMeaning[step.preview.kind]}>
              {previewWord[step.preview.kind]}
            </td>
            <td data-column="Duration" className="soft">
              {limitText(step)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/**
 * Shows the preview, which describes the command of the step. Muster's own actions run no command, so their meaning is shown. If the preview is not exact, the parameter values are shown
 * too.
 */
function Doing({ step: { tool, method, parameters, preview } }: { step: PlanStep }) {
  const values = Object.entries(parameters);
  const meaning = useToolMeanings().get(tool);
  return (
    <span className="doing">
      <span>
        <strong>{tool}</strong> <span className="soft">{method === "act" ? "by Muster itself" : method}</span>
      </span>
      <code>
        <Untrusted text={preview.text} />
      </code>
      {method === "act" && meaning !== undefined && <span className="soft">{meaning}</span>}
      {preview.kind !== "exact" && values.length > 0 && (
        <span className="soft">
          with <Untrusted text={values.map(([name, value]) => `${name}=${value}`).join(" ")} />
        </span>
      )}
    </span>
  );
}
