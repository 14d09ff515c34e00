/** Shows whether the page receives live data. */
import type { Connection } from "../live/view.ts";
import { Lasting } from "../parts/time/ago.tsx";

export function ConnectionState({ connection }: { connection: Connection }) {
  return (
    <span className={`connection connection-${connection.kind}`} role="status" aria-label={`Connection: ${word[connection.kind]}`}>
      <span className="lamp" aria-hidden="true" />
      <span>{word[connection.kind]}</span>
      {connection.kind === "reconnecting" && (
        <span className="connection-since" aria-hidden="true" title={connection.reason}>
          <Lasting from={new Date(connection.sinceMs).toISOString()} to={undefined} />
        </span>
      )}
    </span>
  );
}

const word: Record<Connection["kind"], string> = {
  loading: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  outdated: "Reload needed",
};
