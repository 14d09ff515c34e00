/** Shows the navigation of a wide screen. The user can collapse the sidebar to icons. */
import { useState } from "react";
import { fleetHref, type PageRoute } from "../../parts/route.ts";
import { readCollapsed, saveCollapsed } from "./collapsed.ts";
import { PageLinks } from "./page-links.tsx";
import type { Counts } from "./use-counts.ts";

export function Sidebar({ shown, counts }: { shown: PageRoute["page"]; counts: Counts }) {
  const [collapsed, setCollapsed] = useState(readCollapsed);
  const toggle = () => {
    setCollapsed(!collapsed);
    saveCollapsed(!collapsed);
  };
  const word = collapsed ? "Expand the sidebar" : "Collapse the sidebar";
  return (
    <nav className="sidebar" aria-label="Pages" data-collapsed={collapsed || undefined}>
      <Brand />
      <PageLinks shown={shown} counts={counts} iconsOnly={collapsed} />
      <button type="button" className="quiet sidebar-toggle" aria-label={word} title={word} onClick={toggle}>
        <svg className="page-icon" viewBox="0 0 24 24" aria-hidden="true">
          <path d={collapsed ? "M6 6l6 6-6 6 M13 6l6 6-6 6" : "M18 6l-6 6 6 6 M11 6l-6 6 6 6"} />
        </svg>
        <span className="page-label" aria-hidden="true">
          Collapse
        </span>
      </button>
    </nav>
  );
}

function Brand() {
  return (
    <a className="brand" href={fleetHref}>
      <img src="/muster.svg" alt="" width="24" height="24" />
      <span className="page-label">Muster</span>
    </a>
  );
}
