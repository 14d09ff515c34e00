/** Shows the page of a session: sidebar, header, and the content that the address names. */
import { type ReactNode, type Ref, useEffect, useMemo, useRef } from "react";
import type { Session } from "../../../daemon/contract/admin/key.ts";
import type { Client } from "../../../daemon/contract/client.ts";
import { Clock } from "../live/clock.ts";
import { LiveFleet } from "../live/live-fleet.ts";
import { refusal } from "../machines/node/actions.ts";
import { type PageContext, PageProvider, useView } from "../parts/page-context.ts";
import type { PageRoute } from "../parts/route.ts";
import { Header } from "./header.tsx";
import { Sidebar } from "./navigation/sidebar.tsx";
import { announcementOf, useCounts } from "./navigation/use-counts.ts";
import { Screen, titleOf } from "./screen.tsx";
import { useRoute } from "./use-route.ts";

export function MissionControl({ client, session, onLogout }: { client: Client; session: Session; onLogout: () => Promise<void> }) {
  const page = useMemo((): PageContext => {
    const clock = new Clock();
    return { client, clock, live: new LiveFleet(client, clock, session.name), session, refusal: refusal(session.role) };
  }, [client, session]);
  useEffect(() => page.live.start(), [page]);

  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const place = JSON.stringify(route);
  const cameFrom = useRef(place);
  useEffect(() => {
    document.title = titleOf(route);
    // The focus moves to the content, because a screen reader would otherwise stay on a link that is gone.
    if (cameFrom.current !== place) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    cameFrom.current = place;
  }, [route, place]);

  return (
    <PageProvider value={page}>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Frame route={route} onLogout={onLogout}>
        <Content ref={main}>
          <Screen route={route} />
        </Content>
      </Frame>
    </PageProvider>
  );
}

function Frame({ route, onLogout, children }: { route: PageRoute; onLogout: () => Promise<void>; children: ReactNode }) {
  const counts = useCounts();
  return (
    <div className="frame">
      <Sidebar shown={route.page} counts={counts} />
      <div className="frame-content">
        <Header shown={route.page} counts={counts} onLogout={onLogout} />
        {children}
      </div>
      <p className="unseen" role="status" aria-label="Pending">
        {announcementOf(counts)}
      </p>
    </div>
  );
}

/** Shows the content in weaker colours while the content may be out of date. */
function Content({ ref, children }: { ref: Ref<HTMLElement>; children: ReactNode }) {
  const { connection, loaded } = useView();
  const stale = loaded && connection.kind !== "live" && connection.kind !== "loading";
  return (
    <main id="main" ref={ref} tabIndex={-1} data-stale={stale || undefined}>
      {children}
    </main>
  );
}
