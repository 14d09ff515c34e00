/** Loads audit records page by page, newest first, until enough records match. */
import { useEffect, useMemo, useState } from "react";
import { useAttempt } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { type AuditFilter, askedOf, nextPage, nothingYet, recordFits, takePage } from "./audit-query.ts";

const SHOWN = 100;
const REACH = 5000;

export function useAudit(filter: AuditFilter) {
  const { client } = usePage();
  const { attempt, busy, problem } = useAttempt();
  const [looked, setLooked] = useState(nothingYet);
  const [far, setFar] = useState({ wanted: SHOWN, reach: REACH });
  const fitting = useMemo(() => looked.records.filter((record) => recordFits(record, filter)), [looked, filter]);
  const page = nextPage(looked, fitting.length, far.wanted, far.reach);
  const more = () => setFar({ wanted: fitting.length + SHOWN, reach: looked.records.length + REACH });
  const idle = !busy && problem === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when more records are needed and no request is running
  useEffect(() => {
    if (page === undefined || !idle) return;
    void attempt(async () => {
      const come = await client.listAudit({ ...askedOf(filter), ...page });
      setLooked((was) => takePage(was, come, page.limit));
    });
  }, [idle, page?.before, page?.limit]);
  return { fitting, looked, busy, problem, more };
}
