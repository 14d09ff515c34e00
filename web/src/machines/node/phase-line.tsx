/** Shows details of a phase: the stage of the installation, the reason of a failure, or the end of the permission to install. */
import type { NodeState } from "../../../../daemon/contract/machines/node.ts";
import { jobHref } from "../../parts/route.ts";
import { Untrusted } from "../../parts/text/untrusted.tsx";
import { Ago } from "../../parts/time/ago.tsx";
import { installProgress, installStages, phaseNote } from "./phase-note.ts";

export function PhaseLine({ state }: { state: NodeState }) {
  const note = phaseNote(state);
  const reached = installProgress(state);
  return (
    <>
      {note && (
        <p className="phase-line">
          <Untrusted text={note.text} /> {note.at !== undefined && <Ago at={note.at} />}
          {note.jobId !== undefined && (
            <>
              {" · "}
              <a href={jobHref(note.jobId)}>output</a>
            </>
          )}
        </p>
      )}
      {reached !== undefined && (
        <div className="stages" role="img" aria-label={`Install stage ${reached} of ${installStages.length}`}>
          {installStages.map((stage, index) => (
            <span key={stage} className={index < reached ? "stage reached" : "stage"} />
          ))}
        </div>
      )}
    </>
  );
}
