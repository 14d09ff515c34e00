/** Provides the client, the live data and the session to all components. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Session } from "../../../daemon/contract/admin/key.ts";
import type { Client } from "../../../daemon/contract/client.ts";
import type { Clock } from "../live/clock.ts";
import type { LiveFleet } from "../live/live-fleet.ts";
import type { View } from "../live/view.ts";

export interface PageContext {
  client: Client;
  live: LiveFleet;
  clock: Clock;
  session: Session;
  /** The reason why the user of this session cannot make changes. If the user may make changes, `refusal` is undefined. */
  refusal: string | undefined;
}

export const PageProvider = createContext<PageContext | undefined>(undefined);

export function usePage(): PageContext {
  const page = useContext(PageProvider);
  if (!page) throw new Error("the component is outside of the PageProvider");
  return page;
}

export function useView(): View {
  const { live } = usePage();
  return useSyncExternalStore(live.subscribe, live.view);
}
