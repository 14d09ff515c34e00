/** Shows links to all pages, grouped by area. The sidebar and the drawer show the same list. */
import { useId } from "react";
import type { PageRoute } from "../../parts/route.ts";
import { areas, currentOf, type PageLink } from "./areas.ts";
import { PageIcon } from "./page-icon.tsx";
import type { Count, Counts } from "./use-counts.ts";

interface Props {
  shown: PageRoute["page"];
  counts: Counts;
  /** True to show only the icons. Screen readers still read the labels, and the labels appear as tooltips. */
  iconsOnly?: boolean;
  onNavigate?: () => void;
}

export function PageLinks({ shown, counts, iconsOnly = false, onNavigate }: Props) {
  const id = useId();
  return (
    <div className="pages">
      {areas.map(({ name, links }, index) => (
        <div key={name} className="area">
          <h2 id={`${id}-${index}`} className="area-name">
            {name}
          </h2>
          <ul aria-labelledby={`${id}-${index}`}>
            {links.map((link) => (
              <li key={link.page}>
                <a
                  href={link.href}
                  aria-current={currentOf(link.page, shown)}
                  title={iconsOnly ? titleOf(link, counts[link.page]) : undefined}
                  onClick={onNavigate}
                >
                  <PageIcon page={link.page} />
                  <span className="page-label">{link.label}</span>
                  <CountBadge count={counts[link.page]} />
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

const titleOf = ({ label }: PageLink, count: Count | undefined) =>
  count === undefined ? label : `${label}: ${count.number} ${count.meaning}`;

function CountBadge({ count }: { count: Count | undefined }) {
  if (count === undefined) return null;
  return (
    <>
      {" "}
      <span className={`count tone-${count.tone}`}>{count.number}</span> <span className="unseen">{count.meaning}</span>
    </>
  );
}
