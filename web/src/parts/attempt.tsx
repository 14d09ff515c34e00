/** Runs a request to the daemon. Reports whether the request is running, and the error message if the request fails. */
import { useState } from "react";
import { ApiError } from "../../../daemon/contract/client.ts";
import { approvalHref } from "./route.ts";
import { Hint } from "./text/hint.tsx";

/** The code of the answer to a manual action that another person must approve first. It is no failure. */
export const WAITS = "APPROVAL_NEEDED";
const WAITS_FOR_A_PERSON = "Nothing has changed yet. Another person must approve this action. Muster then performs it without you.";

interface Refused {
  message: string;
  hint: string;
  code?: string;
  approvalId?: string | undefined;
  secret?: string | undefined;
}

export function useAttempt() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Refused>();
  const attempt = async (ask: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await ask();
    } catch (error) {
      setProblem(
        error instanceof ApiError
          ? { message: error.message, hint: error.hint, code: error.code, approvalId: error.approvalId, secret: error.secret }
          : { message: "The daemon did not answer", hint: "Try again." },
      );
    } finally {
      setBusy(false);
    }
  };
  return { attempt, busy, problem };
}

export function Problem({ problem }: { problem: Refused | undefined }) {
  if (!problem) return null;
  const { code, message, hint, approvalId, secret } = problem;
  if (code === WAITS && approvalId !== undefined)
    return (
      <div className="notice" role="alert">
        <p>
          <strong>Waiting for approval.</strong> {WAITS_FOR_A_PERSON} <a href={approvalHref(approvalId)}>Show the request</a>
        </p>
        {secret !== undefined && (
          <p>
            After the approval, this token is valid. It is shown only now: <code>{secret}</code>
          </p>
        )}
      </div>
    );
  return (
    <p className="problem" role="alert">
      <strong>{message}.</strong> <Hint text={hint} />
      {approvalId !== undefined && (
        <>
          {" "}
          <a href={approvalHref(approvalId)}>Show the request</a>
        </>
      )}
    </p>
  );
}
