/** Stores in the browser whether the sidebar is collapsed. If the browser refuses storage, the choice lasts until a reload. */
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
    // The browser's storage is disabled or full. The sidebar also works without storage.
  }
}
