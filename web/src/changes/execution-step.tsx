/** Shows one step of an execution with its output. Colours are kept, but other terminal control sequences are removed. */

import { spansOf } from "../live/output/ansi.ts";
import { nodeHref } from "../parts/route.ts";
import { Untrusted } from "../parts/text/untrusted.tsx";
import { Lasting } from "../parts/time/ago.tsx";
import { type ShownStep, stepLabel } from "./execution-states.ts";
import { type OutputLine, outputLines } from "./step-output.ts";

export function ExecutionStep({ step: { planned, result, undoes } }: { step: ShownStep }) {
  const { word, tone } = stepLabel[result.status];
  const lines = outputLines(result.output ?? "");
  return (
    <li className={`execution-step tone-${tone}`} data-step={result.id} data-status={result.status}>
      <p className="execution-step-head">
        <span className="badge">{word}</span>
        <span className="number soft">{result.id}</span>
        <strong>
          {undoes !== undefined && `rolling back ${undoes}: `}
          {planned?.tool}
        </strong>
        {result.target !== undefined && <a href={nodeHref(result.target)}>{result.target}</a>}
        {planned && (
          <code>
            <Untrusted text={planned.preview.text} />
          </code>
        )}
        <span className="soft step-when">
          {result.exitCode != null && `exit ${result.exitCode} · `}
          {result.startedAt !== undefined && <Lasting from={result.startedAt} to={result.endedAt} />}
        </span>
      </p>
      {result.error !== undefined && (
        <p className="problem">
          <Untrusted text={result.error} />
        </p>
      )}
      {lines.length > 0 && (
        <section
          className="step-output"
          aria-label={`Output of step ${result.id}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
          tabIndex={0}
        >
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line has no key other than its index
            <Line key={index} line={line} />
          ))}
        </section>
      )}
    </li>
  );
}

function Line({ line: { text, style } }: { line: OutputLine }) {
  return (
    <>
      {spansOf(text, style).map((span, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a piece of a line has no key other than its index
        <span key={index} className={span.className}>
          {span.text}
        </span>
      ))}
      {"\n"}
    </>
  );
}
