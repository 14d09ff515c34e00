/** Polls the networks while the page is open, because the live feed does not report leases. */
import { useEffect, useState } from "react";
import type { Network } from "../../../daemon/contract/netboot/network.ts";
import { useAttempt } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";

const AGAIN_MS = 5000;

export function useNetwork() {
  const { client } = usePage();
  const [network, setNetwork] = useState<Network>();
  const { attempt, problem } = useAttempt();
  const refresh = () => attempt(async () => setNetwork(await client.network()));
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once for each session, then by the clock
  useEffect(() => {
    void refresh();
    const timer = setInterval(() => void refresh(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [client]);
  return { network, problem, refresh };
}
