/** Loads the racks, and reloads them after each change. */
import { useCallback, useEffect, useState } from "react";
import type { Placed, Rack } from "../../../../daemon/contract/machines/rack.ts";
import { useAttempt } from "../../parts/attempt.tsx";
import { usePage, useView } from "../../parts/page-context.ts";

export interface Racks {
  racks: readonly Rack[];
  places: readonly Placed[];
}

const moves = /^(rack\.|node\.(placed|unplaced|retired|accepted))/;

export function useRacks() {
  const { client } = usePage();
  const { fleet, loaded } = useView();
  const [known, setKnown] = useState<Racks>();
  const { attempt, problem } = useAttempt();
  const newest = fleet.activity.find(({ type }) => moves.test(type))?.seq;
  const refresh = useCallback(async () => setKnown(await client.listRacks()), [client]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change must trigger the request
  useEffect(() => {
    if (loaded) void attempt(refresh);
  }, [refresh, loaded, newest]);
  return { known, problem, refresh };
}
