/** From what is asked to what is done, and back. */
import { approvalsHref, executionsHref } from "../parts/route.ts";

export function GovernTabs({ here }: { here: "approvals" | "executions" }) {
  return (
    <nav className="tabs" aria-label="Changes">
      <a href={approvalsHref} aria-current={here === "approvals" ? "page" : undefined}>
        Asked
      </a>
      <a href={executionsHref} aria-current={here === "executions" ? "page" : undefined}>
        Executed
      </a>
    </nav>
  );
}
