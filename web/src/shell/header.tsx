/** Shows the bar above the content with search, news, the state of the connection, and the session. */
import { ProcessesAway } from "../admin/processes-away.tsx";
import { usePage, useView } from "../parts/page-context.ts";
import type { PageRoute } from "../parts/route.ts";
import { Ago } from "../parts/time/ago.tsx";
import { ConnectionState } from "./connection-state.tsx";
import { MenuButton } from "./navigation/drawer.tsx";
import type { Counts } from "./navigation/use-counts.ts";
import { NewsCorner } from "./news-corner.tsx";
import { Shortcuts } from "./shortcuts.tsx";

interface Props {
  shown: PageRoute["page"];
  counts: Counts;
  onLogout: () => Promise<void>;
}

export function Header({ shown, counts, onLogout }: Props) {
  const { session, refusal } = usePage();
  const { fleet, connection, loaded } = useView();
  return (
    <>
      <header className="bar">
        <MenuButton shown={shown} counts={counts} />
        <Shortcuts />
        <NewsCorner />
        <ConnectionState connection={connection} />
        <span className="who">
          <span className="who-name">{session.name}</span>
          <span className="role">{session.role}</span>
        </span>
        <button type="button" className="quiet" onClick={() => void onLogout()}>
          Log out
        </button>
      </header>
      {refusal !== undefined && (
        <p className="strip" id="refusal" role="status">
          Read only. {refusal}
        </p>
      )}
      {connection.kind === "live" && <ProcessesAway away={fleet.away} />}
      {connection.kind === "reconnecting" && loaded && (
        <p className="strip" role="status">
          The daemon does not respond. This page shows the state of <Ago at={new Date(connection.sinceMs).toISOString()} />.
        </p>
      )}
      {connection.kind === "outdated" && (
        <p className="strip" role="alert">
          Muster was updated while this page was open. Reload the page to continue.
        </p>
      )}
    </>
  );
}
