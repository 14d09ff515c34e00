/**
 * Shows a strip for each process of the daemon that is down. A restart takes about a second, so outages of less than
 * PATIENCE_MS are not shown.
 */
import { useEffect, useState } from "react";
import { type Away, meaning } from "../live/processes.ts";

const PATIENCE_MS = 3000;

export function ProcessesAway({ away }: { away: Away }) {
  return [...away].sort().map((name) => <Missing key={name} name={name} />);
}

function Missing({ name }: { name: string }) {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLasting(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!lasting) return null;
  return (
    <p className="strip" role="alert">
      {meaning(name)} <code>muster doctor</code> and the daemon's log show the reason.
    </p>
  );
}
