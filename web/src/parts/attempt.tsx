/** Runs a request to the daemon. Reports whether the request is running, and the error message if the request fails. */
import { useState } from "react";
import { ApiError } from "../../../daemon/contract/client.ts";
import { Hint } from "./text/hint.tsx";

interface Refused {
  message: string;
  hint: string;
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
          ? { message: error.message, hint: error.hint }
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
  return (
    <p className="problem" role="alert">
      <strong>{problem.message}.</strong> <Hint text={problem.hint} />
    </p>
  );
}
