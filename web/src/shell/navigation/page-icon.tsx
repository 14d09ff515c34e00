/** Draws the icon for each page of the sidebar. The label next to the icon names the page, so screen readers skip the icon. */
import type { ListedPage } from "./areas.ts";

const paths: Record<ListedPage, string> = {
  fleet: "M4 4h6v6H4z M14 4h6v6h-6z M4 14h6v6H4z M14 14h6v6h-6z",
  racks: "M5 3h14v18H5z M5 9h14 M5 15h14 M8.5 6h.01 M8.5 12h.01 M8.5 18h.01",
  network: "M9 3h6v5H9z M3 16h6v5H3z M15 16h6v5h-6z M12 8v4 M6 16v-4h12v4",
  jobs: "M4 5h12 M4 12h6 M4 19h6 M14 11l6 4-6 4z",
  cluster: "M12 3l8 4.5v9L12 21l-8-4.5v-9z M12 12l8-4.5 M12 12v9 M12 12L4 7.5",
  trends: "M4 4v16h16 M7 15l4-5 4 3 5-7",
  approvals: "M4 4h16v16H4z M8 12l3 3 5-6",
  executions: "M13 3L5 14h6l-1 7 8-11h-6z",
  runbooks: "M5 4h12a2 2 0 0 1 2 2v14H7a2 2 0 0 1-2-2z M5 18a2 2 0 0 1 2-2h12 M9 8h6",
  audit: "M6 3h9l4 4v14H6z M9.5 10h6 M9.5 13.5h6 M9.5 17h4",
  alerts: "M6 16v-5a6 6 0 0 1 12 0v5l2 2H4z M10 21h4",
  log: "M3 5h18v14H3z M7 9l3 3-3 3 M12 15h5",
  doctor: "M3 12h4l3-7 4 14 3-7h4",
  settings: "M4 6h10 M18 6h2 M4 12h2 M10 12h10 M4 18h8 M16 18h4 M16 4v4 M8 10v4 M14 16v4",
};

export function PageIcon({ page }: { page: ListedPage }) {
  return (
    <svg className="page-icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[page]} />
    </svg>
  );
}
