/** Shows the page for an unknown address or a missing object. */
import { fleetHref } from "./route.ts";

export function LostPage({ what }: { what: string }) {
  return (
    <section className="empty">
      <h1>{what}</h1>
      <p>
        <a href={fleetHref}>Back to the fleet</a>
      </p>
    </section>
  );
}
