/** Loads the alerts after each new alert. Also loads them every minute, because no event reports that an alert was delivered. */
import { useEffect, useState } from "react";
import type { Alert } from "../../../daemon/contract/admin/alert.ts";
import { useAttempt } from "../parts/attempt.tsx";
import { usePage, useView } from "../parts/page-context.ts";

const MOST = 200;
const AGAIN_MS = 60_000;

export function useAlerts() {
  const { client } = usePage();
  const { news, loaded } = useView();
  const [alerts, setAlerts] = useState<readonly Alert[]>();
  const { attempt, problem } = useAttempt();
  const newest = news.items.find(({ about }) => about !== undefined && "alert" in about)?.seq;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new alert must trigger the request
  useEffect(() => {
    if (!loaded) return;
    const ask = () => void attempt(async () => setAlerts(await client.listAlerts({ limit: MOST })));
    ask();
    const timer = setInterval(ask, AGAIN_MS);
    return () => clearInterval(timer);
  }, [client, loaded, newest]);
  return { alerts, problem };
}
