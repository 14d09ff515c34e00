/** Remembers in this browser whether the sidebar is collapsed. A browser may refuse storage; the choice then lasts until a reload. */
const KEY = "muster.sidebar";

export function readCollapsed(storage: () => Storage = () => localStorage): boolean {
  try {
    return storage().getItem(KEY) === "collapsed";
  } catch {
    return false;
  }
}

export function saveCollapsed(collapsed: boolean, storage: () => Storage = () => localStorage): void {
  try {
    storage().setItem(KEY, collapsed ? "collapsed" : "expanded");
  } catch {
    // Storage is disabled or full. The sidebar works without it.
  }
}
